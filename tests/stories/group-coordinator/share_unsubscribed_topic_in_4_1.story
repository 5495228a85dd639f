# In 4.1 a state of a topic that nobody subscribes to any more raises the group epoch with every heartbeat.
# Kafka: GroupMetadataManager.initializedAssignmentPending (group-coordinator, 4.1)

given version=4.1
quiet
partitions refunds 1
share-join a topics=orders,refunds
pass 5ms
persisted ok
pass 5ms
share-beat a
pass 5ms
share-beat a topics=orders
pass 5ms
aloud
share-beat a
pass 5ms
share-beat a
pass 5ms
----
