# The epoch before is accepted, as an answer may have been lost; any other is fenced. Who joins anew with epoch 0 is welcome.
# Kafka: GroupMetadataManager.throwIfShareGroupMemberEpochIsInvalid (group-coordinator)

given version=4.2
share-join a
persisted ok
share-beat a
share-beat a epoch=1
share-beat a epoch=9
share-join b epoch=5
share-join a
----
