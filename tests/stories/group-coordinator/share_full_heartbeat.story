# A member that says to what it subscribes is told what it has.
# Kafka: GroupMetadataManager.shareGroupHeartbeat, isFullRequest (group-coordinator)

given version=4.2
quiet
share-join a
persisted ok
share-beat a
aloud
share-beat a
share-beat a topics=orders
----
