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
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
