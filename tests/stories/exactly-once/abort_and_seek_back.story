# The group has gone on without the member and refuses its offsets: the transaction is aborted, and what was polled is polled again.
# Kafka: ExactlyOnceMessageProcessor (examples); TransactionManager.TxnOffsetCommitHandler (clients)

given max.poll.records=3
until 150ms
skip
refused TxnOffsetCommit ILLEGAL_GENERATION
orders 3
until 600ms
invoices
----
0.151s billing-0 gets orders-0@0..2 from poll(), high watermark 3
0.151s billing-0 begins transaction 1
0.154s billing-0 makes record 0 to invoices-0 of record 0 of checkout-0 to orders-0
0.154s billing-0 makes record 1 to invoices-0 of record 1 of checkout-0 to orders-0
0.154s billing-0 makes record 2 to invoices-0 of record 2 of checkout-0 to orders-0
0.154s billing-0 sends 3 of orders-0 for group billing to transaction 1
0.154s   -> broker 1: FindCoordinator billing
0.154s   <- broker 1: FindCoordinator answered: broker 1
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
0.257s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.257s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.258s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.258s   -> broker 2: ListOffsets orders-1 earliest epoch 0
0.258s   <- broker 1: ListOffsets answered: orders-0@0
0.259s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
0.260s billing-0 gets orders-0@0..2 from poll(), high watermark 3
0.260s billing-0 begins transaction 2
0.263s billing-0 makes record 3 to invoices-0 of record 0 of checkout-0 to orders-0
0.263s billing-0 makes record 4 to invoices-0 of record 1 of checkout-0 to orders-0
0.263s billing-0 makes record 5 to invoices-0 of record 2 of checkout-0 to orders-0
0.263s billing-0 sends 3 of orders-0 for group billing to transaction 2
0.263s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/1: billing as billing-0#1 generation 1: orders-0@3
0.263s   <- broker 1: TxnOffsetCommit answered: orders-0
0.264s billing-0 sends records 3..5 to invoices-0
0.264s billing-0 has its offsets for group billing in transaction 2
0.264s billing-0 calls commitTransaction() for transaction 2
0.264s   -> broker 1: Produce acks=all: invoices-0 records 3..5 of producer 1000/1 from sequence 0
0.264s   <- broker 1: Produce answered: invoices-0@0
0.265s billing-0 has its answer for records 3..5 to invoices-0 at @0..2
0.265s billing-0 processes orders-0@0..2
0.265s   -> broker 1: EndTxn commit billing-0 of producer 1000/1
0.265s   <- broker 1: EndTxn answered: next producer 1000/2
0.266s billing-0 has producer id 1000, epoch 2
0.266s billing-0 has committed transaction 2
0.600s # orders without an invoice 0, with one 3, with more 0; invoices open 0, aborted 0; committed offset 3
