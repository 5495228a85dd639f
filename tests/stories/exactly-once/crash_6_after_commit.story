# It dies after commitTransaction(), before the next poll(). Who reads what is committed finds one invoice for each order.
# Kafka: TransactionCoordinator.handleInitProducerId (core): the transaction of the life before is aborted first

given max.poll.records=3
hide gets position FindCoordinator Join Sync assigned ListOffsets OffsetForLeaderEpoch begins makes
until 150ms
skip
orders 3
until 400ms
invoices
kill
until 60s
invoices
----
0.154s billing-0 sends 3 of orders-0 for group billing to transaction 1
0.255s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/0: billing as billing-0#1 generation 1: orders-0@3
0.255s   <- broker 1: TxnOffsetCommit answered: orders-0
0.256s billing-0 sends records 0..2 to invoices-0
0.256s billing-0 has its offsets for group billing in transaction 1
0.256s billing-0 calls commitTransaction() for transaction 1
0.256s   -> broker 1: Produce acks=all: invoices-0 records 0..2 of producer 1000/0 from sequence 0
0.256s   <- broker 1: Produce answered: invoices-0@0
0.257s billing-0 has its answer for records 0..2 to invoices-0 at @0..2
0.257s billing-0 processes orders-0@0..2
0.257s   -> broker 1: EndTxn commit billing-0 of producer 1000/0
0.257s   <- broker 1: EndTxn answered: next producer 1000/1
0.258s billing-0 has producer id 1000, epoch 1
0.258s billing-0 has committed transaction 1
0.400s # orders without an invoice 0, with one 3, with more 0; invoices open 0, aborted 0; committed offset 3
0.400s # the process dies, and is started again
0.503s   -> broker 1: InitProducerId billing-0
0.503s   <- broker 1: InitProducerId answered: producer 1000/2
0.504s billing-0 has producer id 1000, epoch 2
0.504s billing-0 may begin transactions as billing-0: producer id 1000, epoch 2
0.509s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.509s   <- broker 1: OffsetFetch answered: orders-0@3, orders-1 none
60.000s # orders without an invoice 0, with one 3, with more 0; invoices open 0, aborted 0; committed offset 3
