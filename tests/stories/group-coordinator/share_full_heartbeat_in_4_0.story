# In 4.0 it is not, if that has not changed.
# Kafka: GroupMetadataManager.shareGroupHeartbeat (group-coordinator, 4.0)

given version=4.0
quiet
share-join a
pass 5ms
aloud
share-beat a topics=orders
pass 5ms
----
