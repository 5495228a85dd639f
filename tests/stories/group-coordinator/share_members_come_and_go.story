# Everybody is at the group epoch with the next heartbeat: nobody has anything to give up. Who leaves, or is silent for
# group.share.session.timeout.ms, is out.
# Kafka: GroupMetadataManager.shareGroupFenceMember (group-coordinator)

given version=4.2
share-join a
persisted ok
share-join b
share-beat a
describe
share-quit a
share-beat b
describe
until 60s
describe
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    timer session of a#1 at 45.000s
    timer linger at 0.000s
    timer write timeout at 5.000s
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders
    timer session of b#1 at 45.000s
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
Stable, generation 2, assignment epoch 2
    a has [], epoch 1, is to have []
    b has [], epoch 2, is to have []
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch -1
    no timer session of a#1
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 0
    group billing answers a heartbeat of b with INVALID_REQUEST
    b <- ShareGroupHeartbeat answered: INVALID_REQUEST
Stable, generation 3, assignment epoch 2
    b has [], epoch 2, is to have []
0.000s timer linger
    append billing member a#1 subscribes to orders
           billing group epoch 1, hash of orders 6
           billing a#1 is to have -
           billing assignment epoch 1
           billing a#1 at epoch 1 (before: 0)
           billing states: initializing orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing member b#1 subscribes to orders
           billing group epoch 2, hash of orders 6
           billing b#1 is to have -
           billing assignment epoch 2
           billing b#1 at epoch 2 (before: 0)
           billing a#1 has nothing
           billing a#1 is to have nothing
           billing a#1 is no member
           billing group epoch 3, hash of orders 6
    group billing a joins
    group billing a is at epoch 1, STABLE, has 0
    group billing Stable, generation 1, 1 members
    group billing b joins
    group billing b is at epoch 2, STABLE, has 0
    group billing Stable, generation 2, 2 members
    group billing a leaves
    group billing Stable, generation 3, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 1, fetches from -
    persister initialize orders-0@-1 in epoch 1, orders-1@-1 in epoch 1, orders-2@-1 in epoch 1, orders-3@-1 in epoch 1, orders-4@-1 in epoch 1, orders-5@-1 in epoch 1
    b <- ShareGroupHeartbeat answered: b#1 at epoch 2, fetches from -
    a <- ShareGroupHeartbeat answered: a#1 at epoch -1
5.000s timer write timeout
45.000s timer session of b#1
    timer linger at 45.000s
    timer write timeout at 50.000s
45.000s timer linger
    append billing b#1 has nothing
           billing b#1 is to have nothing
           billing b#1 is no member
           billing group epoch 4, hash of -
    group billing b is removed: session.timeout.ms without a heartbeat
    group billing Empty, generation 4, 0 members
50.000s timer write timeout
Empty, generation 4, assignment epoch 2
