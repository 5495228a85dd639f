# Another producer has the id: this one is closed, and the next one fences the other in its turn.
# Kafka: TransactionManager.EndTxnHandler (clients): ProducerFencedException

given max.poll.records=3
hide gets position FindCoordinator Join Sync assigned ListOffsets OffsetForLeaderEpoch begins makes
until 150ms
skip
fenced
orders 3
until 3s
invoices
----
0.154s billing-0 sends 3 of orders-0 for group billing to transaction 1
0.255s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/0: billing as billing-0#1 generation 1: orders-0@3
0.255s   <- broker 1: TxnOffsetCommit answered: orders-0 INVALID_PRODUCER_EPOCH
0.256s billing-0 producer fails: ProducerFencedException; it has to be closed
0.256s billing-0 gives up records 0..2 for invoices-0: ProducerFencedException [it is not in the log]
0.256s billing-0 sendOffsetsToTransaction() throws ProducerFencedException for transaction 1
1.359s   -> broker 1: InitProducerId billing-0
1.359s   <- broker 1: InitProducerId answered: producer 1000/2
1.360s billing-0 has producer id 1000, epoch 2
1.360s billing-0 may begin transactions as billing-0: producer id 1000, epoch 2
1.360s   -> broker 1: OffsetFetch billing: orders-0, orders-1
1.360s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
1.366s billing-0 sends 3 of orders-0 for group billing to transaction 2
1.467s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/2: billing as billing-0#1 generation 1: orders-0@3
1.467s   <- broker 1: TxnOffsetCommit answered: orders-0
1.468s billing-0 sends records 3..5 to invoices-0
1.468s billing-0 has its offsets for group billing in transaction 2
1.468s billing-0 calls commitTransaction() for transaction 2
1.468s   -> broker 1: Produce acks=all: invoices-0 records 3..5 of producer 1000/2 from sequence 0
1.468s   <- broker 1: Produce answered: invoices-0@0
1.469s billing-0 has its answer for records 3..5 to invoices-0 at @0..2
1.469s billing-0 processes orders-0@0..2
1.469s   -> broker 1: EndTxn commit billing-0 of producer 1000/2
1.469s   <- broker 1: EndTxn answered: next producer 1000/3
1.470s billing-0 has producer id 1000, epoch 3
1.470s billing-0 has committed transaction 2
3.000s # orders without an invoice 0, with one 3, with more 0; invoices open 0, aborted 0; committed offset 3
