# The crash comes before the commit, so the process that starts again meets the record again, and repeats what came
# before it.
# Kafka: an application's choice; at least once, since the commit comes after the work (KafkaConsumer)

given commit=sync poison=crash pause=300ms
produce 0 5 poison=2
until 700ms
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
0.010s billing-0 gets orders-0@0..4 from poll(), high watermark 5
0.012s billing-0 processes orders-0@0..1
0.013s billing-0 cannot process orders-0@2
0.013s halts
0.314s   -> broker 2: FindCoordinator billing
0.314s   <- broker 2: FindCoordinator answered: broker 1
0.316s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.316s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#2
0.317s   -> broker 1: JoinGroup billing as billing-0#2: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.317s   <- broker 1: JoinGroup answered: billing-0#2 in generation 1, led by billing-0#2 with billing-0#2 (orders)
0.318s   -> broker 1: SyncGroup billing as billing-0#2 generation 1: billing-0#2 gets orders-0, orders-1
0.318s   <- broker 1: SyncGroup answered: orders-0, orders-1
0.319s billing-0 is assigned orders-0 (generation 1)
0.319s billing-0 is assigned orders-1 (generation 1)
0.319s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.319s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.320s   -> broker 2: ListOffsets orders-1 earliest epoch 0
0.320s   <- broker 2: ListOffsets answered: orders-1@0
0.321s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.321s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.321s   <- broker 1: ListOffsets answered: orders-0@0
0.322s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
0.323s billing-0 gets orders-0@0..4 from poll(), high watermark 5
0.325s billing-0 processes orders-0@0..1
0.326s billing-0 cannot process orders-0@2
0.326s halts
0.627s   -> broker 2: FindCoordinator billing
0.627s   <- broker 2: FindCoordinator answered: broker 1
0.629s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.629s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#3
0.630s   -> broker 1: JoinGroup billing as billing-0#3: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.630s   <- broker 1: JoinGroup answered: billing-0#3 in generation 1, led by billing-0#3 with billing-0#3 (orders)
0.631s   -> broker 1: SyncGroup billing as billing-0#3 generation 1: billing-0#3 gets orders-0, orders-1
0.631s   <- broker 1: SyncGroup answered: orders-0, orders-1
0.632s billing-0 is assigned orders-0 (generation 1)
0.632s billing-0 is assigned orders-1 (generation 1)
0.632s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.632s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.633s   -> broker 2: ListOffsets orders-1 earliest epoch 0
0.633s   <- broker 2: ListOffsets answered: orders-1@0
0.634s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.634s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.634s   <- broker 1: ListOffsets answered: orders-0@0
0.635s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
0.636s billing-0 gets orders-0@0..4 from poll(), high watermark 5
0.638s billing-0 processes orders-0@0..1
0.639s billing-0 cannot process orders-0@2
0.639s halts
