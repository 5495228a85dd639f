# Processing takes longer than max.poll.interval.ms: the heartbeat thread leaves the group. The next poll() finds the
# partitions lost and joins with a new member id.
# Kafka: AbstractCoordinator.HeartbeatThread.run, maybeLeaveGroup (clients); KIP-62

given commit=sync per.record=1s max.poll.interval.ms=4000 max.poll.records=5
until 500ms
produce 0 5
generation 2
until 6s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 4.000s)
0.003s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#1
0.004s   -> broker 1: JoinGroup billing as billing-0#1: range orders, cooperative-sticky orders (session 45.000s, rebalance 4.000s)
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
0.501s billing-0 gets orders-0@0..4 from poll(), high watermark 5
1.501s billing-0 processes orders-0@0
2.501s billing-0 processes orders-0@1
3.501s billing-0 processes orders-0@2
4.501s billing-0 processes orders-0@3
4.501s   -> broker 1: LeaveGroup billing as billing-0#1: max.poll.interval.ms exceeded
4.501s   <- broker 1: LeaveGroup answered: ok
5.501s billing-0 processes orders-0@4
5.501s billing-0 its commit of 5 for orders-0 fails: UNKNOWN_MEMBER_ID
5.501s billing-0 its commit of 0 for orders-1 fails: UNKNOWN_MEMBER_ID
5.501s billing-0 its commit throws CommitFailedException
5.501s billing-0 loses orders-0 (generation 1)
5.501s billing-0 loses orders-1 (generation 1)
5.501s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 4.000s)
5.501s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#2
5.502s   -> broker 1: JoinGroup billing as billing-0#2: range orders, cooperative-sticky orders (session 45.000s, rebalance 4.000s)
5.502s   <- broker 1: JoinGroup answered: billing-0#2 in generation 2, led by billing-0#2 with billing-0#2 (orders)
5.503s   -> broker 1: SyncGroup billing as billing-0#2 generation 2: billing-0#2 gets orders-0, orders-1
5.503s   <- broker 1: SyncGroup answered: orders-0, orders-1
5.504s billing-0 is assigned orders-0 (generation 2)
5.504s billing-0 is assigned orders-1 (generation 2)
5.504s   -> broker 1: OffsetFetch billing: orders-0, orders-1
5.504s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
5.505s   -> broker 1: ListOffsets orders-0 earliest epoch 0
5.505s   -> broker 2: ListOffsets orders-1 earliest epoch 0
5.505s   <- broker 2: ListOffsets answered: orders-1@0
5.505s   <- broker 1: ListOffsets answered: orders-0@0
5.506s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
5.506s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
5.507s billing-0 gets orders-0@0..4 from poll(), high watermark 5
