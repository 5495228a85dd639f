# Who does not poll for max.poll.interval.ms leaves its group, and joins again as it polls; what it holds it can still acknowledge.
# Kafka: AbstractHeartbeatRequestManager.poll, ShareMembershipManager (clients)

given share.acknowledgement.mode=explicit per.record=8s max.poll.interval.ms=5000
until 50ms
skip
produce 0 1
until 10s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0 x1
0.051s billing-0 gets orders-0@0 from poll(), delivery 1
0.504s   <- broker 2: ShareFetch answered:
5.051s billing-0 loses orders-0 (generation 1)
5.051s billing-0 loses orders-1 (generation 1)
5.051s   -> broker 1: ShareGroupHeartbeat billing as billing-0#1 at epoch -1
5.051s   <- broker 1: ShareGroupHeartbeat answered: billing-0#1 at epoch -1
8.051s billing-0 processes orders-0@0
8.051s billing-0 sends ACCEPT of orders-0@0
8.051s   -> broker 1: ShareGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders
8.051s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 ACCEPT 0
8.051s   <- broker 1: ShareGroupHeartbeat answered: billing-0#1 at epoch 1, fetches from orders-0, orders-1
8.052s billing-0 is assigned orders-0 (generation 1)
8.052s billing-0 is assigned orders-1 (generation 1)
8.551s   <- broker 1: ShareFetch answered: orders-0
8.552s   -> broker 1: ShareFetch billing as billing-0#1: orders-0
8.651s billing-0 is told that orders-0@0 is acknowledged
9.052s   <- broker 1: ShareFetch answered:
