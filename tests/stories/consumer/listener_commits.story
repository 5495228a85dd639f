# A listener that calls commitSync() in onPartitionsRevoked: the coordinator takes it while the group rebalances, and the JoinGroup comes after.
# Kafka: ConsumerCoordinator.onJoinPrepare (clients)

given commit=async listener=commit
until 1s
produce 0 2
until 2s
skip
heartbeats REBALANCE_IN_PROGRESS
until 3.1s
heartbeats ok
until 4s
----
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
3.006s billing-0 sends a commit of 2 for orders-0 (position 2, generation 1)
3.006s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
3.006s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@2, orders-1@0
3.006s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
3.007s billing-0 is told that 2 of orders-0 is committed
3.007s billing-0 is told that 0 of orders-1 is committed
3.007s CommitReturned node=billing-0 call=2 error=null
3.007s billing-0 gives up orders-0 (generation 1)
3.007s billing-0 gives up orders-1 (generation 1)
3.007s   -> broker 1: JoinGroup billing as billing-0#1: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
3.007s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 (orders)
3.008s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets orders-0, orders-1
3.008s   <- broker 1: SyncGroup answered: orders-0, orders-1
3.009s billing-0 is assigned orders-0 (generation 1)
3.009s billing-0 is assigned orders-1 (generation 1)
3.009s   -> broker 1: OffsetFetch billing: orders-0, orders-1
3.009s   <- broker 1: OffsetFetch answered: orders-0@2, orders-1@0
3.010s billing-0 begins orders-0 at the committed offset 2
3.010s billing-0 begins orders-1 at the committed offset 0
3.010s   -> broker 1: OffsetForLeaderEpoch orders-0 end of epoch 0, leader epoch 0
3.505s   <- broker 1: OffsetForLeaderEpoch answered: orders-0 epoch 0 ends at 2
