# A member that comes with epoch 0 although it is known is fenced up to 4.1, until its session is over.
# Kafka: GroupMetadataManager.throwIfConsumerGroupMemberEpochIsInvalid (group-coordinator); KAFKA-19233

given version=4.1
quiet
enroll a
enroll b
pass 10ms
beat a
pass 10ms
aloud
describe
ack a
pass 5ms
enroll a
----
Reconciling, generation 2, assignment epoch 2, uniform
    a has [0,1,2], epoch 1, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4,5]
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
0.025s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    group billing answers a heartbeat of a with FENCED_MEMBER_EPOCH
    a <- ConsumerGroupHeartbeat answered: FENCED_MEMBER_EPOCH
