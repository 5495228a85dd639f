# Before 4.2 a known member cannot join anew with epoch 0, unless its epoch before was 0.
# Kafka: GroupMetadataManager.throwIfShareGroupMemberEpochIsInvalid (group-coordinator, 4.1)

given version=4.1
quiet
share-join a
pass 5ms
persisted ok
pass 5ms
share-beat a
pass 5ms
aloud
share-join a
----
0.015s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    group billing answers a heartbeat of a with FENCED_MEMBER_EPOCH
    a <- ShareGroupHeartbeat answered: FENCED_MEMBER_EPOCH
