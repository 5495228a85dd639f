# The work is done, and the commit is refused: somebody else has the partitions now, and does it again. They are lost at
# the next poll().
# Kafka: OffsetCommitResponseHandler (clients)

given commit=sync
produce 0 3
generation 1
refused OffsetCommit UNKNOWN_MEMBER_ID
until 12ms
generation 2
until 60ms
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.003s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#1
0.004s   -> broker 1: JoinGroup billing as billing-0#1: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.004s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 (orders)
0.005s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets orders-0, orders-1
0.005s   <- broker 1: SyncGroup answered: orders-0, orders-1
0.006s billing-0 is assigned orders-0 (generation 1)
0.006s billing-0 is assigned orders-1 (generation 1)
0.006s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.006s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.007s   -> broker 2: ListOffsets orders-1 earliest epoch 0
0.007s   <- broker 2: ListOffsets answered: orders-1@0
0.008s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.008s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.008s   <- broker 1: ListOffsets answered: orders-0@0
0.009s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
0.010s billing-0 gets orders-0@0..2 from poll(), high watermark 3
0.013s billing-0 processes orders-0@0..2
0.013s billing-0 sends a commit of 3 for orders-0 (position 3, generation 1)
0.013s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
0.013s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@3, orders-1@0
0.013s   <- broker 1: OffsetCommit answered: orders-0 UNKNOWN_MEMBER_ID, orders-1 UNKNOWN_MEMBER_ID
0.014s billing-0 its commit of 3 for orders-0 fails: UNKNOWN_MEMBER_ID
0.014s billing-0 its commit of 0 for orders-1 fails: UNKNOWN_MEMBER_ID
0.014s billing-0 its commit throws CommitFailedException
0.014s billing-0 loses orders-0 (generation 1)
0.014s billing-0 loses orders-1 (generation 1)
0.014s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.014s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#2
0.015s   -> broker 1: JoinGroup billing as billing-0#2: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.015s   <- broker 1: JoinGroup answered: billing-0#2 in generation 2, led by billing-0#2 with billing-0#2 (orders)
0.016s   -> broker 1: SyncGroup billing as billing-0#2 generation 2: billing-0#2 gets orders-0, orders-1
0.016s   <- broker 1: SyncGroup answered: orders-0, orders-1
0.017s billing-0 is assigned orders-0 (generation 2)
0.017s billing-0 is assigned orders-1 (generation 2)
0.017s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.017s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.018s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.018s   -> broker 2: ListOffsets orders-1 earliest epoch 0
