# A static member has crashed, and comes back under another member id before its session has expired: it is refused, and that is fatal.
# Kafka: ConsumerHeartbeatRequestManager.handleSpecificExceptionInResponse (clients); KIP-848

given group.protocol=consumer instance=billing-a
refused ConsumerGroupHeartbeat UNRELEASED_INSTANCE_ID
until 60s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 of instance billing-a at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
0.003s   <- broker 1: ConsumerGroupHeartbeat answered: UNRELEASED_INSTANCE_ID
0.004s billing-0 poll() throws UnreleasedInstanceIdException
