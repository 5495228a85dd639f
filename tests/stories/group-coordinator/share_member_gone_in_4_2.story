# A member is gone, so that the assignment is behind the group epoch: before 4.3 the next heartbeat raises the group epoch once more.
# Kafka: GroupMetadataManager.shareGroupHeartbeat (group-coordinator)

given version=4.2
quiet
share-join a
persisted ok
share-join b
share-beat a
share-quit b
aloud
share-beat a
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
