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
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
