# Since 4.2 only topics count that somebody subscribes to.
# Kafka: GroupMetadataManager.initializedAssignmentPending (group-coordinator)

given version=4.2
quiet
partitions refunds 1
share-join a topics=orders,refunds
persisted ok
share-beat a
aloud
share-beat a topics=orders
share-beat a
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 2, subscribed to orders
    timer linger at 0.000s
0.000s timer linger
    append billing member a#1 subscribes to orders
           billing group epoch 3, hash of orders 6
           billing a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing assignment epoch 3
           billing a#1 at epoch 3 (before: 2) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a has given refunds-0 up
    group billing a is at epoch 3, STABLE, has 6
    group billing Stable, generation 3, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 3, fetches from orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 3
    a <- ShareGroupHeartbeat answered: a#1 at epoch 3
