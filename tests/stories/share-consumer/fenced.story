# Who is thrown out joins again under the same id, and goes on with its share sessions.
# Kafka: AbstractHeartbeatRequestManager.onErrorResponse (clients)

given
until 4s
skip
refused ShareGroupHeartbeat UNKNOWN_MEMBER_ID
until 7s
----
5.004s   <- broker 1: ShareGroupHeartbeat answered: UNKNOWN_MEMBER_ID
5.005s billing-0 loses orders-0 (generation 1)
5.005s billing-0 loses orders-1 (generation 1)
5.005s   -> broker 1: ShareGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders
5.005s   <- broker 1: ShareGroupHeartbeat answered: billing-0#1 at epoch 1, fetches from orders-0, orders-1
5.006s billing-0 is assigned orders-0 (generation 1)
5.006s billing-0 is assigned orders-1 (generation 1)
