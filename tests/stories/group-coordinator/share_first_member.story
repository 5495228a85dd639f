# The first member of a share group. Its partitions get a state first; when they have one, its next heartbeat assigns them.
# Kafka: GroupMetadataManager.shareGroupHeartbeat, initializeShareGroupState (group-coordinator)

given version=4.4
share-join a
pass 5ms
persisted ok
share-beat a
pass 1s
share-beat a
pass 5ms
describe
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    timer session of a#1 at 45.000s
    timer linger at 0.000s
    timer write timeout at 5.000s
0.000s timer linger
    append billing member a#1 subscribes to orders
           billing group epoch 2, hash of orders 6
           billing a#1 is to have -
           billing assignment epoch 2 at 0.000s
           billing a#1 at epoch 2 (before: 0)
           billing states: initializing orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a joins
    group billing a is at epoch 2, STABLE, has 0
    group billing Stable, generation 2, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 2, fetches from -
    persister initialize orders-0@-1 in epoch 2, orders-1@-1 in epoch 2, orders-2@-1 in epoch 2, orders-3@-1 in epoch 2, orders-4@-1 in epoch 2, orders-5@-1 in epoch 2
0.005s persister: done
    timer linger at 0.005s
0.005s timer linger
    append billing states: initialized orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.005s a -> ShareGroupHeartbeat billing as a#1 at epoch 2
    timer session of a#1 at 45.005s
    timer linger at 0.005s
0.005s timer linger
    append billing group epoch 3, hash of orders 6
    group billing Stable, generation 3, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 2
1.005s a -> ShareGroupHeartbeat billing as a#1 at epoch 2
    timer session of a#1 at 46.005s
    timer linger at 1.005s
1.005s timer linger
    append billing a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing assignment epoch 3 at 1.005s
           billing a#1 at epoch 3 (before: 2) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a is at epoch 3, STABLE, has 6
    group billing gives orders-0 to a (generation 3)
    group billing gives orders-1 to a (generation 3)
    group billing gives orders-2 to a (generation 3)
    group billing gives orders-3 to a (generation 3)
    group billing gives orders-4 to a (generation 3)
    group billing gives orders-5 to a (generation 3)
    a <- ShareGroupHeartbeat answered: a#1 at epoch 3, fetches from orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
Stable, generation 3, assignment epoch 3
    a has [0,1,2,3,4,5], epoch 3, is to have [0,1,2,3,4,5]
