# group.share.max.size members, and no more.
# Kafka: GroupMetadataManager.throwIfShareGroupIsFull (group-coordinator)

given version=4.2 group.share.max.size=1
quietly share-join a
share-join b
share-beat a
----
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders
    group billing answers a heartbeat of b with GROUP_MAX_SIZE_REACHED
    b <- ShareGroupHeartbeat answered: GROUP_MAX_SIZE_REACHED
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 1
    a <- ShareGroupHeartbeat answered: a#1 at epoch 1
