# Since 4.3 it does not.
# Kafka: GroupMetadataManager.shareGroupHeartbeat (group-coordinator)

given version=4.3 group.share.assignment.interval.ms=0
quiet
share-join a
persisted ok
share-join b
share-beat a
share-quit b
aloud
share-beat a
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 3
    timer linger at 0.000s
0.000s timer linger
    append billing a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing assignment epoch 4 at 0.000s
           billing a#1 at epoch 4 (before: 3) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a is at epoch 4, STABLE, has 6
    group billing gives orders-1 to a (generation 4)
    group billing gives orders-3 to a (generation 4)
    group billing gives orders-5 to a (generation 4)
    a <- ShareGroupHeartbeat answered: a#1 at epoch 4, fetches from orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
