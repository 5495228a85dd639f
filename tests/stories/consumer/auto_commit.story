# Auto-commit is part of poll(), and commits what earlier polls returned, not what this one returns.
# Kafka: ConsumerCoordinator.maybeAutoCommitOffsetsAsync (clients)

given max.poll.records=100 auto.commit.interval.ms=150
hide processes
produce 0 400
until 450ms
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
0.010s billing-0 gets orders-0@0..99 from poll(), high watermark 400
0.110s billing-0 gets orders-0@100..199 from poll(), high watermark 400
0.210s billing-0 sends a commit of 200 for orders-0 (position 200, generation 1)
0.210s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
0.210s billing-0 gets orders-0@200..299 from poll(), high watermark 400
0.210s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@200, orders-1@0
0.210s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
0.211s billing-0 is told that 200 of orders-0 is committed
0.211s billing-0 is told that 0 of orders-1 is committed
0.310s billing-0 gets orders-0@300..399 from poll(), high watermark 400
0.410s billing-0 sends a commit of 400 for orders-0 (position 400, generation 1)
0.410s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
0.410s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@400, orders-1@0
0.410s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
0.411s billing-0 is told that 400 of orders-0 is committed
0.411s billing-0 is told that 0 of orders-1 is committed
