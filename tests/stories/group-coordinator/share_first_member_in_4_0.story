# In 4.0 partitions are assigned at once, all to everybody.
# Kafka: GroupMetadataManager.shareGroupHeartbeat, SimpleAssignor (group-coordinator, 4.0)

given version=4.0
share-join a
pass 5ms
share-join b
pass 5ms
share-beat a
pass 5ms
describe
----
