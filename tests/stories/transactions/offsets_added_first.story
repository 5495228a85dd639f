# Below transaction.version 2 the coordinator adds the group's offsets to the transaction; then the group's coordinator gets them.
# Kafka: TransactionManager.AddOffsetsToTxnHandler, TxnOffsetCommitHandler (clients)

given version=1
ready
begin
offsets 5 7
answer ok
answer ok 3
until 500ms
answer ok
----
0.200s shop begins transaction 1
0.200s shop sends 5 of input-0 for group billing to transaction 1
0.200s shop sends 7 of input-1 for group billing to transaction 1
0.200s   -> broker 2: AddOffsetsToTxn shop-1 of producer 1000/0: billing
0.200s   <- broker 2: AddOffsetsToTxn answered:
0.200s   -> broker 2: FindCoordinator billing
0.200s   <- broker 2: FindCoordinator answered: broker 3
0.300s   -> broker 3: TxnOffsetCommit shop-1 of producer 1000/0: billing as nobody generation 3: input-0@5, input-1@7
0.500s   <- broker 3: TxnOffsetCommit answered: input-0, input-1
0.500s shop has its offsets for group billing in transaction 1

commit
answer ok
----
0.500s shop calls commitTransaction() for transaction 1
0.500s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
0.500s   <- broker 2: EndTxn answered:
0.500s shop has committed transaction 1
