# A batch that is refused fails its transaction, and the next call says so: what was in it is lost.
# Kafka: TransactionManager.handleFailedBatch (clients)

given records=2 gap=100ms limit=6
hide FindCoordinator may
until 400ms
skip
refused INVALID_RECORD
until 1s
----
0.401s billing-0 has its answer for record 2 to invoices-0 at @2
0.500s billing-0 calls commitTransaction() for transaction 2
0.500s billing-0 sends record 3 to invoices-0
0.500s   -> broker 1: Produce acks=all: invoices-0 record 3 of producer 1000/1 from sequence 1
0.500s   <- broker 1: Produce answered: invoices-0 INVALID_RECORD
0.501s billing-0 gives up record 3 for invoices-0: InvalidRecordException [it is not in the log]
0.501s billing-0 producer fails: InvalidRecordException; its transaction has to be aborted
0.501s billing-0 commitTransaction() throws InvalidRecordException for transaction 2
0.501s billing-0 calls abortTransaction() for transaction 2
0.501s   -> broker 1: EndTxn abort billing-0 of producer 1000/1
0.501s   <- broker 1: EndTxn answered: next producer 1000/2
0.502s billing-0 has producer id 1000, epoch 2
0.502s billing-0 has aborted transaction 2
0.600s billing-0 begins transaction 3
0.600s billing-0 sends record 4 to invoices-0
0.600s   -> broker 1: Produce acks=all: invoices-0 record 4 of producer 1000/2 from sequence 0
0.600s   <- broker 1: Produce answered: invoices-0@3
0.601s billing-0 has its answer for record 4 to invoices-0 at @3
0.700s billing-0 calls commitTransaction() for transaction 3
0.700s billing-0 sends record 5 to invoices-0
0.700s   -> broker 1: Produce acks=all: invoices-0 record 5 of producer 1000/2 from sequence 1
0.700s   <- broker 1: Produce answered: invoices-0@4
0.701s billing-0 has its answer for record 5 to invoices-0 at @4
0.701s   -> broker 1: EndTxn commit billing-0 of producer 1000/2
0.701s   <- broker 1: EndTxn answered: next producer 1000/3
0.702s billing-0 has producer id 1000, epoch 3
0.702s billing-0 has committed transaction 3
