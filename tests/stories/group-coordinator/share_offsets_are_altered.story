# An administrator says where a group begins that has no members: its states are made anew, in the group epoch. A group that does not exist
# is made.
# Kafka: GroupMetadataManager.alterShareGroupOffsets (group-coordinator)

given version=4.2
alter b 0@5 7@3
persisted ok
share-join a
alter b 0@9
share-quit a
alter b 0@9
persisted COORDINATOR_NOT_AVAILABLE
----
