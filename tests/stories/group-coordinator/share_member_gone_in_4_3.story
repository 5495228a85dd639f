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
