# A listener that takes longer than max.poll.interval.ms: the heartbeat thread leaves the group while it is at it, and the partitions are lost when it comes back.
# Kafka: AbstractCoordinator.HeartbeatThread.run, ConsumerCoordinator.onJoinPrepare (clients)

given commit=sync listener=8s max.poll.interval.ms=5000
until 2s
skip
heartbeats REBALANCE_IN_PROGRESS
until 3.1s
heartbeats ok
until 13s
----
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
8.006s   -> broker 1: LeaveGroup billing as billing-0#1: max.poll.interval.ms exceeded
8.006s   <- broker 1: LeaveGroup answered: ok
11.006s billing-0 loses orders-0 (generation 1)
11.006s billing-0 loses orders-1 (generation 1)
11.006s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 5.000s)
11.006s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#2
11.007s   -> broker 1: JoinGroup billing as billing-0#2: range orders, cooperative-sticky orders (session 45.000s, rebalance 5.000s)
11.007s   <- broker 1: JoinGroup answered: billing-0#2 in generation 1, led by billing-0#2 with billing-0#2 (orders)
11.008s   -> broker 1: SyncGroup billing as billing-0#2 generation 1: billing-0#2 gets orders-0, orders-1
11.008s   <- broker 1: SyncGroup answered: orders-0, orders-1
11.009s billing-0 is assigned orders-0 (generation 1)
11.009s billing-0 is assigned orders-1 (generation 1)
11.009s   -> broker 1: OffsetFetch billing: orders-0, orders-1
11.009s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
11.010s   -> broker 1: ListOffsets orders-0 earliest epoch 0
11.010s   -> broker 2: ListOffsets orders-1 earliest epoch 0
11.010s   <- broker 2: ListOffsets answered: orders-1@0
11.010s   <- broker 1: ListOffsets answered: orders-0@0
11.011s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
11.011s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
