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
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    timer session of a#1 at 45.000s
    timer linger at 0.000s
    timer write timeout at 5.000s
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 1
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 9
    group billing answers a heartbeat of a with FENCED_MEMBER_EPOCH
    a <- ShareGroupHeartbeat answered: FENCED_MEMBER_EPOCH
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 5, subscribed to orders
    group billing answers a heartbeat of b with UNKNOWN_MEMBER_ID
    b <- ShareGroupHeartbeat answered: UNKNOWN_MEMBER_ID
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
