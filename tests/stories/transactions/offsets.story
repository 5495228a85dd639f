# With transaction.version 2 the offsets go to the group's coordinator at once. What it does not take is sent again, with the rest.
# Kafka: TransactionManager.TxnOffsetCommitHandler (clients); KIP-890

given
ready
begin
offsets 5 7
answer ok 3
until 400ms
answer COORDINATOR_LOAD_IN_PROGRESS with=ok
until 600ms
answer NOT_COORDINATOR with=ok
answer ok 1
until 800ms
answer ok
----
0.200s shop begins transaction 1
0.200s shop sends 5 of input-0 for group billing to transaction 1
0.200s shop sends 7 of input-1 for group billing to transaction 1
0.200s   -> broker 2: FindCoordinator billing
0.200s   <- broker 2: FindCoordinator answered: broker 3
0.300s   -> broker 3: TxnOffsetCommit shop-1 of producer 1000/0: billing as nobody generation 3: input-0@5, input-1@7
0.400s   <- broker 3: TxnOffsetCommit answered: input-0 COORDINATOR_LOAD_IN_PROGRESS, input-1
0.500s   -> broker 3: TxnOffsetCommit shop-1 of producer 1000/0: billing as nobody generation 3: input-0@5, input-1@7
0.600s   <- broker 3: TxnOffsetCommit answered: input-0 NOT_COORDINATOR, input-1
0.600s   -> broker 2: FindCoordinator billing
0.600s   <- broker 2: FindCoordinator answered: broker 1
0.700s   -> broker 1: TxnOffsetCommit shop-1 of producer 1000/0: billing as nobody generation 3: input-0@5, input-1@7
0.800s   <- broker 1: TxnOffsetCommit answered: input-0, input-1
0.800s shop has its offsets for group billing in transaction 1
