# A member of a share group joins with one heartbeat, fetches from the leaders of all its partitions, and accepts what poll() returned with the next poll().
# Kafka: ShareMembershipManager, ShareConsumeRequestManager.poll, ShareConsumerImpl.collect (clients); KIP-932

given
until 50ms
produce 0 3
until 200ms
produce 0 2
until 1s
describe
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: ShareGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders
0.003s   <- broker 1: ShareGroupHeartbeat answered: billing-0#1 at epoch 1, fetches from orders-0, orders-1
0.004s billing-0 is assigned orders-0 (generation 1)
0.004s billing-0 is assigned orders-1 (generation 1)
0.004s   -> broker 2: ShareFetch billing as billing-0#1: orders-1 (opens the session)
0.005s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 (opens the session)
0.050s   <- broker 1: ShareFetch answered: orders-0 0-2 x1
0.051s billing-0 gets orders-0@0..2 from poll(), delivery 1
0.054s billing-0 processes orders-0@0..2
0.054s billing-0 sends ACCEPT of orders-0@0..2
0.054s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 ACCEPT 0-2
0.200s   <- broker 1: ShareFetch answered: orders-0 3-4 x1
0.201s billing-0 is told that orders-0@0..2 is acknowledged
0.201s billing-0 gets orders-0@3..4 from poll(), delivery 1
0.203s billing-0 processes orders-0@3..4
0.203s billing-0 sends ACCEPT of orders-0@3..4
0.203s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 ACCEPT 3-4
0.504s   <- broker 2: ShareFetch answered:
0.703s   <- broker 1: ShareFetch answered: orders-0
0.803s billing-0 is told that orders-0@3..4 is acknowledged
1.000s # STABLE at epoch 1, from [0, 1], holds 0 and 0 more until -
