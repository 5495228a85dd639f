# A static member that does not poll in time sends no LeaveGroup either. It only stops its heartbeats, and loses its partitions at its next poll(); the group waits for the end of its session.
# Kafka: AbstractCoordinator.handlePollTimeoutExpiry, maybeLeaveGroup (clients)

given instance=billing-a commit=sync per.record=100ms max.poll.records=100 max.poll.interval.ms=5000
hide processes
until 2s
produce 0 200
until 3s
skip
until 12.5s
----
12.001s billing-0 its commit of 100 for orders-0 fails: UNKNOWN_MEMBER_ID
12.001s billing-0 its commit of 0 for orders-1 fails: UNKNOWN_MEMBER_ID
12.001s billing-0 its commit throws CommitFailedException
12.001s billing-0 loses orders-0 (generation 1)
12.001s billing-0 loses orders-1 (generation 1)
12.001s   -> broker 1: JoinGroup billing as nobody of instance billing-a: range orders, cooperative-sticky orders (session 45.000s, rebalance 5.000s)
12.001s   <- broker 1: JoinGroup answered: billing-0#2 in generation 1, led by billing-0#2 with billing-0#2 of instance billing-a (orders)
12.002s   -> broker 1: SyncGroup billing as billing-0#2 of instance billing-a generation 1: billing-0#2 gets orders-0, orders-1
12.002s   <- broker 1: SyncGroup answered: orders-0, orders-1
12.003s billing-0 is assigned orders-0 (generation 1)
12.003s billing-0 is assigned orders-1 (generation 1)
12.003s   -> broker 1: OffsetFetch billing: orders-0, orders-1
12.003s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
12.004s   -> broker 1: ListOffsets orders-0 earliest epoch 0
12.004s   -> broker 2: ListOffsets orders-1 earliest epoch 0
12.004s   <- broker 2: ListOffsets answered: orders-1@0
12.004s   <- broker 1: ListOffsets answered: orders-0@0
12.005s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
12.005s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
12.006s billing-0 gets orders-0@0..99 from poll(), high watermark 200
