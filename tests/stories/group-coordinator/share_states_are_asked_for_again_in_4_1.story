# In 4.1 after twice offsets.commit.timeout.ms.
# Kafka: GroupMetadataManager.subscribedTopicsChangeMap (group-coordinator, 4.1)

given version=4.1
share-join a
until 9s
share-beat a
until 11s
share-beat a
pass 5ms
----
