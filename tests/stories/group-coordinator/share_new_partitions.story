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
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
