# The first batch that fails takes the transaction with it: only abort helps. The end of it brings the next epoch.
# Kafka: TransactionManager.handleFailedBatch, maybeFailWithError (clients)

given
ready
begin
send 0
answer INVALID_PRODUCER_EPOCH
state
send 0
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0 INVALID_PRODUCER_EPOCH
0.200s shop gives up record 0 for orders-0: InvalidProducerEpochException [it is not in the log]
0.200s shop producer fails: InvalidProducerEpochException; its transaction has to be aborted
0.200s no call blocks, nothing is open, abortable: InvalidProducerEpochException
0.200s shop send() throws InvalidProducerEpochException, but record 1 to orders-0 stays queued
0.200s   send() throws InvalidProducerEpochException

commit
----
0.200s shop calls commitTransaction() for transaction 1
0.200s shop commitTransaction() throws InvalidProducerEpochException for transaction 1
0.200s   the call throws InvalidProducerEpochException

abort
answer ok
----
0.200s shop calls abortTransaction() for transaction 1
0.200s shop gives up record 1 for orders-0: TransactionAbortedException: the transaction is aborted [it is not in the log]
0.200s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered: next producer 1000/1
0.200s shop has producer id 1000, epoch 1
0.200s shop has aborted transaction 1

begin
state
----
0.200s shop begins transaction 2
0.200s no call blocks, nothing is open
