# In 4.0 a member of the new protocol keeps its client.rack to itself: only fetches have it.
# Kafka: ConsumerHeartbeatRequestManager.HeartbeatState.buildRequestData (clients); KAFKA-17747

given group.protocol=consumer client.rack=a kafka=4.0 commit=never
hide OffsetFetch
hide ListOffsets
until 6s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
0.003s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1, may have orders-0, orders-1
0.004s billing-0 is assigned orders-0 (generation 1)
0.004s billing-0 is assigned orders-1 (generation 1)
0.004s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 1, owns orders-0, orders-1
0.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1
0.006s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.007s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]

# It is fenced, and joins anew.
refused ConsumerGroupHeartbeat FENCED_MEMBER_EPOCH
until 12s
----
10.004s   <- broker 1: ConsumerGroupHeartbeat answered: FENCED_MEMBER_EPOCH
10.005s billing-0 loses orders-0 (generation 1)
10.005s billing-0 loses orders-1 (generation 1)
10.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
10.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1, may have orders-0, orders-1
10.006s billing-0 is assigned orders-0 (generation 1)
10.006s billing-0 is assigned orders-1 (generation 1)
10.006s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 1, owns orders-0, orders-1
10.006s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1
10.027s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
10.027s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
