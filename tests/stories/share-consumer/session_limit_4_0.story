# A share session that a broker has no room for is taken for opened before 4.1.
# Kafka: ShareSessionHandler.handleResponse (clients); KAFKA-19232

given kafka=4.0
refused ShareFetch SHARE_SESSION_LIMIT_REACHED
until 700ms
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: ShareGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders
0.003s   <- broker 1: ShareGroupHeartbeat answered: billing-0#1 at epoch 1, fetches from orders-0, orders-1
0.004s billing-0 is assigned orders-0 (generation 1)
0.004s billing-0 is assigned orders-1 (generation 1)
0.004s   -> broker 2: ShareFetch billing as billing-0#1: orders-1 (opens the session)
0.004s   <- broker 2: ShareFetch answered: SHARE_SESSION_LIMIT_REACHED
0.005s   <- broker 2: ShareFetch answered: SHARE_SESSION_NOT_FOUND
0.005s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 (opens the session)
0.006s   -> broker 2: ShareFetch billing as billing-0#1: orders-1 (opens the session)
0.505s   <- broker 1: ShareFetch answered:
0.506s   <- broker 2: ShareFetch answered:
