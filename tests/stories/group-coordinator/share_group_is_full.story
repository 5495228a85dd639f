# group.share.max.size members, and no more.
# Kafka: GroupMetadataManager.throwIfShareGroupIsFull (group-coordinator)

given version=4.2 group.share.max.size=1
quietly share-join a
share-join b
share-beat a
----
