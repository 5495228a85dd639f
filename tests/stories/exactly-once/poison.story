# A record that cannot be processed is tried again; what was done before it is committed.
# Kafka: KafkaConsumer.seek (clients)

given max.poll.records=3 poison=retry
hide gets position FindCoordinator Join Sync assigned ListOffsets OffsetForLeaderEpoch begins makes
until 150ms
skip
orders 3 poison=1
until 1s
invoices
----
0.152s billing-0 puts key-0 into invoices-0, one of 1
0.152s billing-0 sends record 0 to invoices-0
0.152s   -> broker 1: Produce acks=all: invoices-0 record 0 of producer 1000/0 from sequence 0
0.152s   <- broker 1: Produce answered: invoices-0@0
0.153s billing-0 has its answer for record 0 to invoices-0 at @0
0.153s billing-0 processes orders-0@0
0.153s billing-0 cannot process orders-0@1
0.153s billing-0 seeks orders-0 to 1
0.153s billing-0 sends 1 of orders-0 for group billing to transaction 1
0.254s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/0: billing as billing-0#1 generation 1: orders-0@1
0.254s   <- broker 1: TxnOffsetCommit answered: orders-0
0.255s billing-0 has its offsets for group billing in transaction 1
0.255s billing-0 calls commitTransaction() for transaction 1
0.255s   -> broker 1: EndTxn commit billing-0 of producer 1000/0
0.255s   <- broker 1: EndTxn answered: next producer 1000/1
0.256s billing-0 has producer id 1000, epoch 1
0.256s billing-0 has committed transaction 1
0.355s billing-0 cannot process orders-0@1
0.355s billing-0 seeks orders-0 to 1
0.355s billing-0 sends 1 of orders-0 for group billing to transaction 2
0.355s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/1: billing as billing-0#1 generation 1: orders-0@1
0.355s   <- broker 1: TxnOffsetCommit answered: orders-0
0.356s billing-0 has its offsets for group billing in transaction 2
0.356s billing-0 calls commitTransaction() for transaction 2
0.356s   -> broker 1: EndTxn commit billing-0 of producer 1000/1
0.356s   <- broker 1: EndTxn answered: next producer 1000/2
0.357s billing-0 has producer id 1000, epoch 2
0.357s billing-0 has committed transaction 2
0.857s billing-0 cannot process orders-0@1
0.857s billing-0 seeks orders-0 to 1
0.857s billing-0 sends 1 of orders-0 for group billing to transaction 3
0.857s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/2: billing as billing-0#1 generation 1: orders-0@1
0.857s   <- broker 1: TxnOffsetCommit answered: orders-0
0.858s billing-0 has its offsets for group billing in transaction 3
0.858s billing-0 calls commitTransaction() for transaction 3
0.858s   -> broker 1: EndTxn commit billing-0 of producer 1000/2
0.858s   <- broker 1: EndTxn answered: next producer 1000/3
0.859s billing-0 has producer id 1000, epoch 3
0.859s billing-0 has committed transaction 3
1.000s # orders without an invoice 2, with one 1, with more 0; invoices open 0, aborted 0; committed offset 1
