# A static member joins without being told an id first, says in every request who it is, and close() does not leave the group.
# Kafka: AbstractCoordinator.sendJoinGroupRequest, maybeLeaveGroup (clients, KIP-345)

given instance=billing-a
until 200ms
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: JoinGroup billing as nobody of instance billing-a: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.003s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 of instance billing-a (orders)
0.004s   -> broker 1: SyncGroup billing as billing-0#1 of instance billing-a generation 1: billing-0#1 gets orders-0, orders-1
0.004s   <- broker 1: SyncGroup answered: orders-0, orders-1
0.005s billing-0 is assigned orders-0 (generation 1)
0.005s billing-0 is assigned orders-1 (generation 1)
0.005s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.005s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.006s   -> broker 2: ListOffsets orders-1 earliest epoch 0
0.006s   <- broker 2: ListOffsets answered: orders-1@0
0.007s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.007s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.007s   <- broker 1: ListOffsets answered: orders-0@0
0.008s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]

shutdown
until 300ms
----
0.200s billing-0 sends a commit of 0 for orders-0 (position 0, generation 1)
0.200s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
0.200s   -> broker 1: OffsetCommit billing as billing-0#1 of instance billing-a generation 1: orders-0@0, orders-1@0
0.200s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
0.201s billing-0 is told that 0 of orders-0 is committed
0.201s billing-0 is told that 0 of orders-1 is committed
0.201s billing-0 gives up orders-0 (generation 1)
0.201s billing-0 gives up orders-1 (generation 1)
0.201s exits
