# A sendOffsetsToTransaction() that timed out need not be made again: the offsets go on, and an abort comes after them.
# Kafka: TransactionalRequestResult.await, TransactionManager.Priority (clients)

given max.block.ms=1000
ready
begin
offsets 5
until 1300ms
----
0.200s shop begins transaction 1
0.200s shop sends 5 of input-0 for group billing to transaction 1
0.200s   -> broker 2: FindCoordinator billing
1.200s shop sendOffsetsToTransaction() throws TimeoutException: no answer of the transaction coordinator within max.block.ms for transaction 1
1.200s   the call throws TimeoutException: no answer of the transaction coordinator within max.block.ms

abort
answer ok 3
until 1600ms
answer ok
answer ok
----
1.300s shop calls abortTransaction() for transaction 1
1.300s   <- broker 2: FindCoordinator answered: broker 3
1.400s   -> broker 3: TxnOffsetCommit shop-1 of producer 1000/0: billing as nobody generation 3: input-0@5
1.600s   <- broker 3: TxnOffsetCommit answered: input-0
1.600s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
1.600s   <- broker 2: EndTxn answered: next producer 1000/1
1.600s shop has producer id 1000, epoch 1
1.600s shop has aborted transaction 1
