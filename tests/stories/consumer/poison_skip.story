# A record that cannot be processed is skipped: it is gone for this application, and everything else goes on.
# Kafka: an application's choice; the consumer commits positions, whatever became of the records (KafkaConsumer)

given commit=sync poison=skip
produce 0 5 poison=2
until 1s
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
0.013s billing-0 cannot process orders-0@2, goes on without
0.015s billing-0 processes orders-0@3..4
0.015s billing-0 sends a commit of 5 for orders-0 (position 5, generation 1)
0.015s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
0.015s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@5, orders-1@0
0.015s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
0.016s billing-0 is told that 5 of orders-0 is committed
0.016s billing-0 is told that 0 of orders-1 is committed
0.016s CommitReturned node=billing-0 call=1 error=null
