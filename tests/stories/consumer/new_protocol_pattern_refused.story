# RE2/J does not take the pattern: poll() throws, and the member does not join any more.
# Kafka: AbstractHeartbeatRequestManager.onErrorResponse, INVALID_REGULAR_EXPRESSION (clients)

given group.protocol=consumer commit=sync pattern=ord.* fatal=exit
refused ConsumerGroupHeartbeat INVALID_REGULAR_EXPRESSION
until 5s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to what matches ord.*, owns - (rebalance 300.000s)
0.003s   <- broker 1: ConsumerGroupHeartbeat answered: INVALID_REGULAR_EXPRESSION
0.004s billing-0 poll() throws InvalidRegularExpression
0.004s exits
