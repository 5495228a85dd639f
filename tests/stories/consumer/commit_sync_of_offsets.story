# commitSync(offsets) commits what the application names: here what its threads are done with, and not where its consumer is.
# Kafka: KafkaConsumer.commitSync(Map), OffsetAndMetadata without a leader epoch (clients)

given commit=sync worker=yes threads=2 per.record=300ms max.poll.records=3
produce 0 4
hide Heartbeat
until 2s
shutdown
until 3s
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
0.010s billing-0 gets orders-0@0..2 from poll(), high watermark 4
0.010s billing-0 gets orders-0@3 from poll(), high watermark 4
0.310s billing-0 processes orders-0@0
0.310s billing-0 processes orders-0@1
0.310s billing-0 sends a commit of 2 for orders-0 (position 4, generation 1)
0.310s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@2
0.310s   <- broker 1: OffsetCommit answered: orders-0 ok
0.311s billing-0 is told that 2 of orders-0 is committed
0.311s CommitReturned node=billing-0 call=1 error=null
0.610s billing-0 processes orders-0@2
0.610s billing-0 processes orders-0@3
0.611s billing-0 sends a commit of 4 for orders-0 (position 4, generation 1)
0.611s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@4
0.611s   <- broker 1: OffsetCommit answered: orders-0 ok
0.612s billing-0 is told that 4 of orders-0 is committed
0.612s CommitReturned node=billing-0 call=2 error=null
2.000s CommitReturned node=billing-0 call=3 error=null
2.000s billing-0 gives up orders-0 (generation 1)
2.000s billing-0 gives up orders-1 (generation 1)
2.000s   -> broker 1: LeaveGroup billing as billing-0#1: closed
2.000s   <- broker 1: LeaveGroup answered: ok
2.001s exits
