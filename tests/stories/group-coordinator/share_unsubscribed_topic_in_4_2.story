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
