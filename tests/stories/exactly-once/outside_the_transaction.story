# Sent in a transaction, and committed outside of it: a crash between the two writes the invoices again.
# Kafka: KafkaProducer.commitTransaction (clients) knows no offsets but those that were sent to it

given commit=sync-after-batch max.poll.records=3
hide gets position FindCoordinator Join Sync assigned ListOffsets OffsetForLeaderEpoch begins makes
until 150ms
skip
stopped OffsetCommit
orders 3
until 400ms
kill
until 60s
invoices
----
0.154s billing-0 calls commitTransaction() for transaction 1
0.154s billing-0 sends records 0..2 to invoices-0
0.154s   -> broker 1: Produce acks=all: invoices-0 records 0..2 of producer 1000/0 from sequence 0
0.154s   <- broker 1: Produce answered: invoices-0@0
0.155s billing-0 has its answer for records 0..2 to invoices-0 at @0..2
0.155s billing-0 processes orders-0@0..2
0.155s   -> broker 1: EndTxn commit billing-0 of producer 1000/0
0.155s   <- broker 1: EndTxn answered: next producer 1000/1
0.156s billing-0 has producer id 1000, epoch 1
0.156s billing-0 has committed transaction 1
0.156s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@3, orders-1@0
0.400s # the process dies, and is started again
0.502s   -> broker 1: InitProducerId billing-0
0.502s   <- broker 1: InitProducerId answered: producer 1000/2
0.503s billing-0 has producer id 1000, epoch 2
0.503s billing-0 may begin transactions as billing-0: producer id 1000, epoch 2
0.508s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.508s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.515s billing-0 calls commitTransaction() for transaction 2
0.515s billing-0 sends records 3..5 to invoices-0
0.515s   -> broker 1: Produce acks=all: invoices-0 records 3..5 of producer 1000/2 from sequence 0
0.515s   <- broker 1: Produce answered: invoices-0@3
0.516s billing-0 has its answer for records 3..5 to invoices-0 at @3..5
0.516s billing-0 processes orders-0@0..2
0.516s   -> broker 1: EndTxn commit billing-0 of producer 1000/2
0.516s   <- broker 1: EndTxn answered: next producer 1000/3
0.517s billing-0 has producer id 1000, epoch 3
0.517s billing-0 has committed transaction 2
0.517s   -> broker 1: OffsetCommit billing as billing-0#2 generation 1: orders-0@3, orders-1@0
0.517s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
0.518s billing-0 is told that 3 of orders-0 is committed
0.518s billing-0 is told that 0 of orders-1 is committed
0.518s CommitReturned node=billing-0 call=1 error=null
60.000s # orders without an invoice 0, with one 0, with more 3; invoices open 0, aborted 0; committed offset 3
