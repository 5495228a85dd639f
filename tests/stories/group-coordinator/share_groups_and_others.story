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
0.000s b -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 300.000s)
    b <- JoinGroup answered: INCONSISTENT_GROUP_PROTOCOL
0.000s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    group billing answers a heartbeat of c with GROUP_ID_NOT_FOUND
    c <- ConsumerGroupHeartbeat answered: GROUP_ID_NOT_FOUND
0.000s d -> OffsetCommit billing as nobody generation -1: orders-0@5
    group billing refuses a commit for orders-0: GROUP_ID_NOT_FOUND
    d <- OffsetCommit answered: orders-0 GROUP_ID_NOT_FOUND
0.000s d -> OffsetFetch billing: orders-0
    group billing answers that orders-0 is at -1
    d <- OffsetFetch answered: orders-0 none
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch -1
    no timer session of a#1
    timer linger at 0.000s
0.000s timer linger
    append billing a#1 has nothing
           billing a#1 is to have nothing
           billing a#1 is no member
           billing group epoch 2, hash of -
    group billing a leaves
    group billing Empty, generation 2, 0 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch -1
0.000s b -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 300.000s)
    b <- JoinGroup answered: INCONSISTENT_GROUP_PROTOCOL
0.000s c -> ConsumerGroupHeartbeat billing as c#2 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    group billing answers a heartbeat of c with GROUP_ID_NOT_FOUND
    c <- ConsumerGroupHeartbeat answered: GROUP_ID_NOT_FOUND
