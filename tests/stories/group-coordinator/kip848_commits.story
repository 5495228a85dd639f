# A commit is judged by member, then by epoch. Up to 4.2 that is the present one of the member.
# Kafka: ConsumerGroup.validateOffsetCommit, validateOffsetFetch (group-coordinator)

given
quiet
enroll a
enroll b
pass 10ms
beat a
pass 10ms
aloud
describe
commit a 0@10
pass 5ms
fetch a 0
deaf a
ack a
pass 5ms
----
Reconciling, generation 2, assignment epoch 2, uniform
    a has [0,1,2], epoch 1, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4,5]
0.020s a -> OffsetCommit billing as a#1 generation 1: orders-0@10
    timer linger at 0.025s
0.025s timer linger
    append billing commits orders-0@10 epoch 0 at 0.020s
    group billing stores 10 for orders-0
    a <- OffsetCommit answered: orders-0 ok
0.025s a -> OffsetFetch billing as a#1 at epoch 1: orders-0
    group billing answers that orders-0 is at 10
    a <- OffsetFetch answered: orders-0@10
0.025s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1, owns orders-0, orders-1, orders-2
    no timer revocation of a#1
    timer session of a#1 at 45.025s
    timer linger at 0.030s
0.030s timer linger
    append billing: a#1 at epoch 2 (before: 1), STABLE has orders-0, orders-1, orders-2
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a is at epoch 2, STABLE, has 3
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2

# It is at epoch 2 by now, and does not know it.
commit a 0@20
fetch a 0
txn-commit a producer=7 0@20
----
0.030s a -> OffsetCommit billing as a#1 generation 1: orders-0@20
    group billing refuses a commit for orders-0: STALE_MEMBER_EPOCH
    a <- OffsetCommit answered: orders-0 STALE_MEMBER_EPOCH
0.030s a -> OffsetFetch billing as a#1 at epoch 1: orders-0
    a <- OffsetFetch answered: STALE_MEMBER_EPOCH -
0.030s a -> TxnOffsetCommit copier of producer 7/0: billing as a#1 generation 1: orders-0@20
    group billing refuses a commit for orders-0: ILLEGAL_GENERATION
    a <- TxnOffsetCommit answered: orders-0 ILLEGAL_GENERATION

# Somebody who is no member, and somebody who does not say who it is. Other groups do not matter.
reborn b
commit b 0@30
outside b
txn-commit b producer=7 0@30
pass 5ms
----
0.030s b -> OffsetCommit billing as nobody generation -1: orders-0@30
    group billing refuses a commit for orders-0: UNKNOWN_MEMBER_ID
    b <- OffsetCommit answered: orders-0 UNKNOWN_MEMBER_ID
0.030s b -> TxnOffsetCommit copier of producer 7/0: billing as nobody generation -1: orders-0@30
    append in the transaction of (7,0) billing commits orders-0@30 epoch 0 at 0.030s
    group billing has 30 for orders-0 once the transaction of producer 7 commits
    b <- TxnOffsetCommit answered: orders-0
