# A process that dies with what poll() returned has acknowledged none of it: its connection ends its share session, and everything comes again.
# Kafka: KafkaShareConsumer (clients)

given share.acknowledgement.mode=explicit poison=crash
until 50ms
skip
produce 0 3 poison=1
until 400ms
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-2 x1
0.051s billing-0 gets orders-0@0..2 from poll(), delivery 1
0.052s billing-0 processes orders-0@0
0.053s billing-0 cannot process orders-0@1
0.053s halts
0.254s   -> broker 1: FindCoordinator billing
0.254s   <- broker 1: FindCoordinator answered: broker 1
0.256s   -> broker 1: ShareGroupHeartbeat billing as billing-0#2 at epoch 0, subscribed to orders
0.256s   <- broker 1: ShareGroupHeartbeat answered: billing-0#2 at epoch 1, fetches from orders-0, orders-1
0.257s billing-0 is assigned orders-0 (generation 1)
0.257s billing-0 is assigned orders-1 (generation 1)
0.257s   -> broker 1: ShareFetch billing as billing-0#2: orders-0 (opens the session)
0.257s   <- broker 1: ShareFetch answered: orders-0 0-2 x2
0.258s billing-0 gets orders-0@0..2 from poll(), delivery 2
0.258s   -> broker 2: ShareFetch billing as billing-0#2: orders-1 (opens the session)
0.259s billing-0 processes orders-0@0
0.260s billing-0 cannot process orders-0@1
0.260s halts
