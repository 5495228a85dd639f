# Who does not go back after an abort skips what the transaction was about: nothing was committed, and nothing is read again.
# Kafka: KafkaProducer.abortTransaction (clients) knows no consumer

given max.poll.records=3 on.abort=continue
hide gets position FindCoordinator Join Sync assigned ListOffsets OffsetForLeaderEpoch begins makes
until 150ms
skip
refused TxnOffsetCommit ILLEGAL_GENERATION
orders 5
until 600ms
invoices
----
0.154s billing-0 sends 3 of orders-0 for group billing to transaction 1
0.255s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/0: billing as billing-0#1 generation 1: orders-0@3
0.255s   <- broker 1: TxnOffsetCommit answered: orders-0 ILLEGAL_GENERATION
0.256s billing-0 producer fails: CommitFailedException; its transaction has to be aborted
0.256s billing-0 gives up records 0..2 for invoices-0: CommitFailedException [it is not in the log]
0.256s billing-0 sendOffsetsToTransaction() throws CommitFailedException for transaction 1
0.256s billing-0 calls abortTransaction() for transaction 1
0.256s   -> broker 1: EndTxn abort billing-0 of producer 1000/0
0.256s   <- broker 1: EndTxn answered: next producer 1000/1
0.257s billing-0 has producer id 1000, epoch 1
0.257s billing-0 has aborted transaction 1
0.259s billing-0 sends 5 of orders-0 for group billing to transaction 2
0.259s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/1: billing as billing-0#1 generation 1: orders-0@5
0.259s   <- broker 1: TxnOffsetCommit answered: orders-0
0.260s billing-0 sends records 3..4 to invoices-0
0.260s billing-0 has its offsets for group billing in transaction 2
0.260s billing-0 calls commitTransaction() for transaction 2
0.260s   -> broker 1: Produce acks=all: invoices-0 records 3..4 of producer 1000/1 from sequence 0
0.260s   <- broker 1: Produce answered: invoices-0@0
0.261s billing-0 has its answer for records 3..4 to invoices-0 at @0..1
0.261s billing-0 processes orders-0@3..4
0.261s   -> broker 1: EndTxn commit billing-0 of producer 1000/1
0.261s   <- broker 1: EndTxn answered: next producer 1000/2
0.262s billing-0 has producer id 1000, epoch 2
0.262s billing-0 has committed transaction 2
0.600s # orders without an invoice 3, with one 2, with more 0; invoices open 0, aborted 0; committed offset 5
