# The id of a share group is no id for other groups, and the other way round; nobody commits offsets of it.
# Kafka: GroupMetadataManager.classicGroupJoin, getOrMaybeCreateConsumerGroup, ShareGroup.validateOffsetCommit (group-coordinator)

given version=4.2
quiet
share-join a
persisted ok
aloud
join b
enroll c
commit d 0@5
fetch d 0
share-quit a
join b
reborn c
enroll c
----
