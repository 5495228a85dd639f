# A member that wants an assignor says so when it joins, and in every heartbeat that says everything.
# Kafka: ConsumerHeartbeatRequestManager.HeartbeatState.buildRequestData (clients); KIP-848

given group.protocol=consumer group.remote.assignor=range
until 1s
refused ConsumerGroupHeartbeat COORDINATOR_LOAD_IN_PROGRESS
until 6s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders, owns -, wants range (rebalance 300.000s)
0.003s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1, may have orders-0, orders-1
0.004s billing-0 is assigned orders-0 (generation 1)
0.004s billing-0 is assigned orders-1 (generation 1)
0.004s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 1, owns orders-0, orders-1
0.004s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 1: orders-0, orders-1
0.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1
0.004s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.005s   -> broker 2: ListOffsets orders-1 earliest epoch 0
0.005s   <- broker 2: ListOffsets answered: orders-1@0
0.006s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.006s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.006s   <- broker 1: ListOffsets answered: orders-0@0
0.007s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
5.004s billing-0 sends a commit of 0 for orders-0 (position 0, generation 1)
5.004s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
5.004s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@0, orders-1@0
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: COORDINATOR_LOAD_IN_PROGRESS
5.004s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
5.005s billing-0 is told that 0 of orders-0 is committed
5.005s billing-0 is told that 0 of orders-1 is committed
5.120s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 1, subscribed to orders, owns orders-0, orders-1, wants range (rebalance 300.000s)
5.120s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1, may have orders-0, orders-1
