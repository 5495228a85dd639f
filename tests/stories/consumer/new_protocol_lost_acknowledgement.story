# The heartbeat with what the member has got no answer. Nobody knows whether it was heard: the next one says everything.
# Kafka: AbstractHeartbeatRequestManager.onFailure, HeartbeatState.buildRequestData (clients)

given group.protocol=consumer commit=never
until 5s
skip
may 0 epoch=2
until 5004ms
hang ConsumerGroupHeartbeat
until 7s
----
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
5.005s billing-0 gives up orders-1 (generation 1)
5.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0
5.006s   -> broker 1: FindCoordinator billing
5.016s   <- broker 1: FindCoordinator answered: broker 1
5.123s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, subscribed to orders, owns orders-0 (rebalance 300.000s)
5.123s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
