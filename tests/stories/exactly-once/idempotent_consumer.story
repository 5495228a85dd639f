# An idempotent consumer leaves out what its database knows: its row is written, and its invoice never will be.
# Kafka: what is outside of it is no part of its transactions

given max.poll.records=3 sink=idempotent
hide gets position FindCoordinator Join Sync assigned ListOffsets OffsetForLeaderEpoch begins makes
until 150ms
skip
stopped EndTxn
orders 2
until 400ms
kill
until 60s
invoices
----
0.154s billing-0 record 0 of checkout-0 to orders-0 has an effect outside
0.154s billing-0 sends record 0 to invoices-0
0.154s   -> broker 1: Produce acks=all: invoices-0 record 0 of producer 1000/0 from sequence 0
0.154s   <- broker 1: Produce answered: invoices-0@0
0.155s billing-0 has its answer for record 0 to invoices-0 at @0
0.155s billing-0 processes orders-0@0
0.157s billing-0 record 1 of checkout-0 to orders-0 has an effect outside
0.157s billing-0 sends 2 of orders-0 for group billing to transaction 1
0.258s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/0: billing as billing-0#1 generation 1: orders-0@2
0.258s   <- broker 1: TxnOffsetCommit answered: orders-0
0.259s billing-0 sends record 1 to invoices-0
0.259s billing-0 has its offsets for group billing in transaction 1
0.259s billing-0 calls commitTransaction() for transaction 1
0.259s   -> broker 1: Produce acks=all: invoices-0 record 1 of producer 1000/0 from sequence 1
0.259s   <- broker 1: Produce answered: invoices-0@1
0.260s billing-0 has its answer for record 1 to invoices-0 at @1
0.260s billing-0 processes orders-0@1
0.260s   -> broker 1: EndTxn commit billing-0 of producer 1000/0
0.400s # the process dies, and is started again
0.503s   -> broker 1: InitProducerId billing-0
0.503s   <- broker 1: InitProducerId answered: producer 1000/1
0.504s billing-0 has producer id 1000, epoch 1
0.504s billing-0 may begin transactions as billing-0: producer id 1000, epoch 1
0.509s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.509s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.514s billing-0 record 0 of checkout-0 to orders-0 has had its effect outside before
0.516s billing-0 record 1 of checkout-0 to orders-0 has had its effect outside before
0.516s billing-0 sends 2 of orders-0 for group billing to transaction 2
0.617s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/1: billing as billing-0#2 generation 1: orders-0@2
0.617s   <- broker 1: TxnOffsetCommit answered: orders-0
0.618s billing-0 has its offsets for group billing in transaction 2
0.618s billing-0 calls commitTransaction() for transaction 2
0.618s   -> broker 1: EndTxn commit billing-0 of producer 1000/1
0.618s   <- broker 1: EndTxn answered: next producer 1000/2
0.619s billing-0 has producer id 1000, epoch 2
0.619s billing-0 has committed transaction 2
60.000s # orders without an invoice 2, with one 0, with more 0; invoices open 0, aborted 2; committed offset 2
