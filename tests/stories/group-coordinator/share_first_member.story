# The first member of a share group. Its partitions get a state first; when they have one, its next heartbeat assigns them.
# Kafka: GroupMetadataManager.shareGroupHeartbeat, initializeShareGroupState (group-coordinator)

given version=4.4
share-join a
pass 5ms
persisted ok
share-beat a
pass 1s
share-beat a
pass 5ms
describe
----
