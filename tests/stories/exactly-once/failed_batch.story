# A batch that is refused fails the transaction: the next call throws, and everything is done again.
# Kafka: TransactionManager.handleFailedBatch (clients)

given max.poll.records=3
hide gets position FindCoordinator Join Sync assigned ListOffsets OffsetForLeaderEpoch begins makes
until 150ms
skip
refused Produce INVALID_RECORD
orders 3
until 600ms
invoices
----
0.154s billing-0 sends 3 of orders-0 for group billing to transaction 1
0.255s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/0: billing as billing-0#1 generation 1: orders-0@3
0.255s   <- broker 1: TxnOffsetCommit answered: orders-0
0.256s billing-0 sends records 0..2 to invoices-0
0.256s billing-0 has its offsets for group billing in transaction 1
0.256s billing-0 calls commitTransaction() for transaction 1
0.256s   -> broker 1: Produce acks=all: invoices-0 records 0..2 of producer 1000/0 from sequence 0
0.256s   <- broker 1: Produce answered: invoices-0 INVALID_RECORD
0.257s billing-0 gives up records 0..2 for invoices-0: InvalidRecordException [it is not in the log]
0.257s billing-0 producer fails: InvalidRecordException; its transaction has to be aborted
0.257s billing-0 commitTransaction() throws InvalidRecordException for transaction 1
0.257s billing-0 calls abortTransaction() for transaction 1
0.257s   -> broker 1: EndTxn abort billing-0 of producer 1000/0
0.257s   <- broker 1: EndTxn answered: next producer 1000/1
0.258s billing-0 has producer id 1000, epoch 1
0.258s billing-0 has aborted transaction 1
0.258s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.258s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.264s billing-0 sends 3 of orders-0 for group billing to transaction 2
0.264s   -> broker 1: TxnOffsetCommit billing-0 of producer 1000/1: billing as billing-0#1 generation 1: orders-0@3
0.264s   <- broker 1: TxnOffsetCommit answered: orders-0
0.265s billing-0 sends records 3..5 to invoices-0
0.265s billing-0 has its offsets for group billing in transaction 2
0.265s billing-0 calls commitTransaction() for transaction 2
0.265s   -> broker 1: Produce acks=all: invoices-0 records 3..5 of producer 1000/1 from sequence 0
0.265s   <- broker 1: Produce answered: invoices-0@0
0.266s billing-0 has its answer for records 3..5 to invoices-0 at @0..2
0.266s billing-0 processes orders-0@0..2
0.266s   -> broker 1: EndTxn commit billing-0 of producer 1000/1
0.266s   <- broker 1: EndTxn answered: next producer 1000/2
0.267s billing-0 has producer id 1000, epoch 2
0.267s billing-0 has committed transaction 2
0.600s # orders without an invoice 0, with one 3, with more 0; invoices open 0, aborted 0; committed offset 3
