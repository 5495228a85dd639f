# The heartbeat announces the rebalance. The member goes on with its batch, and acts at its next poll(): commit, revoke,
# join.
# Kafka: HeartbeatResponseHandler, ConsumerCoordinator.onJoinPrepare (clients)

given
hide processes
until 2.5s
produce 0 2000
until 3s
skip
heartbeats REBALANCE_IN_PROGRESS
generation 2
until 3.5s
----
3.001s billing-0 gets orders-0@500..999 from poll(), high watermark 2000
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS

# The batch ends before 4 s.
heartbeats ok
until 4s
----
3.501s billing-0 sends a commit of 1000 for orders-0 (position 1000, generation 1)
3.501s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
3.501s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@1000, orders-1@0
3.501s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
3.502s billing-0 is told that 1000 of orders-0 is committed
3.502s billing-0 is told that 0 of orders-1 is committed
3.502s billing-0 gives up orders-0 (generation 1)
3.502s billing-0 gives up orders-1 (generation 1)
3.502s   -> broker 1: JoinGroup billing as billing-0#1: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
3.502s   <- broker 1: JoinGroup answered: billing-0#1 in generation 2, led by billing-0#1 with billing-0#1 (orders)
3.503s   -> broker 1: SyncGroup billing as billing-0#1 generation 2: billing-0#1 gets orders-0, orders-1
3.503s   <- broker 1: SyncGroup answered: orders-0, orders-1
3.504s billing-0 is assigned orders-0 (generation 2)
3.504s billing-0 is assigned orders-1 (generation 2)
3.504s   -> broker 1: OffsetFetch billing: orders-0, orders-1
3.504s   <- broker 1: OffsetFetch answered: orders-0@1000, orders-1@0
3.505s billing-0 begins orders-0 at the committed offset 1000
3.505s billing-0 begins orders-1 at the committed offset 0
3.505s   -> broker 1: OffsetForLeaderEpoch orders-0 end of epoch 0, leader epoch 0
3.505s   <- broker 1: OffsetForLeaderEpoch answered: orders-0 epoch 0 ends at 2000
3.507s billing-0 gets orders-0@1000..1499 from poll(), high watermark 2000
