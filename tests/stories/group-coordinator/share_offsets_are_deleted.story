# An administrator has a group without members forget a topic: its states are deleted.
# Kafka: GroupMetadataManager.sharePartitionsEligibleForOffsetDeletion, completeDeleteShareGroupOffsets (group-coordinator)

given version=4.2
forget b orders
quiet
share-join a
persisted ok
share-beat a
aloud
forget b orders
quietly share-quit a
forget b orders,refunds
persisted ok
----
