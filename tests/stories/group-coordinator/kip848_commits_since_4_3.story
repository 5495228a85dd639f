# Since 4.3 an epoch will do that is not below the one in which the member was given the partition.
# Kafka: ConsumerGroup.createAssignmentEpochValidator (group-coordinator); KIP-1251

given version=4.3 group.consumer.assignment.interval.ms=0
quiet
enroll a
enroll b
pass 10ms
beat a
pass 10ms
aloud
describe
deaf a
ack a
pass 5ms
commit a 0@20
pass 5ms
----
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,2], epoch 2, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [], epoch 3, UNRELEASED_PARTITIONS, is to have [3,4,5]
0.020s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2, owns orders-0, orders-1, orders-2
    no timer revocation of a#1
    timer session of a#1 at 45.020s
    timer linger at 0.020s
0.020s timer linger
    append billing: a#1 at epoch 3 (before: 2), STABLE has orders-0, orders-1, orders-2
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a is at epoch 3, STABLE, has 3
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 3
0.025s a -> OffsetCommit billing as a#1 generation 2: orders-0@20
    timer linger at 0.025s
0.025s timer linger
    append billing commits orders-0@20 epoch 0 at 0.025s
    group billing stores 20 for orders-0
    a <- OffsetCommit answered: orders-0 ok

# Partition 3 is not its own any more: that refuses all of them.
commit a 0@21 3@20
txn-commit a producer=7 3@20
----
0.030s a -> OffsetCommit billing as a#1 generation 2: orders-0@21, orders-3@20
    group billing refuses a commit for orders-0: STALE_MEMBER_EPOCH
    group billing refuses a commit for orders-3: STALE_MEMBER_EPOCH
    a <- OffsetCommit answered: orders-0 STALE_MEMBER_EPOCH, orders-3 STALE_MEMBER_EPOCH
0.030s a -> TxnOffsetCommit copier of producer 7/0: billing as a#1 generation 2: orders-3@20
    group billing refuses a commit for orders-3: ILLEGAL_GENERATION
    a <- TxnOffsetCommit answered: orders-3 ILLEGAL_GENERATION

# A fetch has to know the present epoch.
fetch a 0
----
0.030s a -> OffsetFetch billing as a#1 at epoch 2: orders-0
    a <- OffsetFetch answered: STALE_MEMBER_EPOCH -
