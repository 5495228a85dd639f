# Who has not heard of its new epoch may come with the one before, and what it has.
# Kafka: GroupMetadataManager.throwIfConsumerGroupMemberEpochIsInvalid (group-coordinator)

given
quiet
enroll a
enroll b
pass 10ms
beat a
pass 10ms
aloud
deaf a
ack a
pass 5ms
describe
----
0.020s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1, owns orders-0, orders-1, orders-2
    no timer revocation of a#1
    timer session of a#1 at 45.020s
    timer linger at 0.025s
0.025s timer linger
    append billing: a#1 at epoch 2 (before: 1), STABLE has orders-0, orders-1, orders-2
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a is at epoch 2, STABLE, has 3
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
Reconciling, generation 2, assignment epoch 2, uniform
    a has [0,1,2], epoch 2, STABLE, is to have [0,1,2]
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4,5]

# It does not say what it has: fenced.
beat a
whole a owning=0,1,2
pass 5ms
----
0.025s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1
    group billing answers a heartbeat of a with FENCED_MEMBER_EPOCH
    a <- ConsumerGroupHeartbeat answered: FENCED_MEMBER_EPOCH
0.025s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1, subscribed to orders, owns orders-0, orders-1, orders-2 (rebalance 300.000s)
    timer session of a#1 at 45.025s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1, orders-2

# An epoch that is none of its own.
beat a epoch=7 owning=0,1,2
----
0.030s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 7, owns orders-0, orders-1, orders-2
    group billing answers a heartbeat of a with FENCED_MEMBER_EPOCH
    a <- ConsumerGroupHeartbeat answered: FENCED_MEMBER_EPOCH
