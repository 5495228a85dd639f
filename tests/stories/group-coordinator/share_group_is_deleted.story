# The states of an empty share group are deleted first, and then the group. Should that fail, somebody has to try again.
# Kafka: GroupCoordinatorService.deleteShareGroups, GroupMetadataManager.shareGroupBuildPartitionDeleteRequest (group-coordinator)

given version=4.2
quiet
share-join a
persisted ok
share-beat a
aloud
delete b
quietly share-quit a
delete b
persisted COORDINATOR_NOT_AVAILABLE
delete b
persisted ok
describe
----
