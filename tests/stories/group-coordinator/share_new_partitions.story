# New partitions get a state first, and then they are assigned.
# Kafka: GroupMetadataManager.subscribedTopicsChangeMap (group-coordinator)

given version=4.2
quiet
share-join a
persisted ok
share-beat a
aloud
partitions orders 8
share-beat a
persisted ok
share-beat a
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 2
    timer linger at 0.000s
0.000s timer linger
    append billing group epoch 3, hash of orders 8
           billing assignment epoch 3
           billing a#1 at epoch 3 (before: 2) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing states: initializing orders-6, orders-7, initialized orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a is at epoch 3, STABLE, has 6
    group billing Stable, generation 3, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 3
    persister initialize orders-6@-1 in epoch 3, orders-7@-1 in epoch 3
0.000s persister: done
    timer linger at 0.000s
0.000s timer linger
    append billing states: initialized orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, orders-6, orders-7
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 3
    timer linger at 0.000s
0.000s timer linger
    append billing group epoch 4, hash of orders 8
           billing a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, orders-6, orders-7
           billing assignment epoch 4
           billing a#1 at epoch 4 (before: 3) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, orders-6, orders-7
    group billing a is at epoch 4, STABLE, has 8
    group billing gives orders-6 to a (generation 4)
    group billing gives orders-7 to a (generation 4)
    group billing Stable, generation 4, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 4, fetches from orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, orders-6, orders-7
