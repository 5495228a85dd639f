# What a member was to give up and is to have after all is blocked by the member itself, for one heartbeat, up to 4.1.
# Kafka: CurrentAssignmentBuilder (group-coordinator); KAFKA-19449

given version=4.1
quiet
enroll a
pass 10ms
enroll b
pass 10ms
beat a
pass 10ms
quit b
pass 10ms
beat a
pass 10ms
aloud
describe
ack a
pass 10ms
describe
beat a
pass 10ms
describe
----
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,2], epoch 1, UNREVOKED_PARTITIONS, is to have [0,1,2,3,4,5]
0.050s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1, owns orders-0, orders-1, orders-2
    no timer revocation of a#1
    timer session of a#1 at 45.050s
    timer linger at 0.055s
0.055s timer linger
    append billing: a#1 at epoch 3 (before: 1), UNRELEASED_PARTITIONS has orders-0, orders-1, orders-2
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a is at epoch 3, UNRELEASED_PARTITIONS, has 3
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 3
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,2], epoch 3, UNRELEASED_PARTITIONS, is to have [0,1,2,3,4,5]
0.060s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 3
    timer session of a#1 at 45.060s
    timer linger at 0.065s
0.065s timer linger
    append billing: a#1 at epoch 3 (before: 3), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a is at epoch 3, STABLE, has 6
    group billing gives orders-3 to a (generation 3)
    group billing gives orders-4 to a (generation 3)
    group billing gives orders-5 to a (generation 3)
    group billing Stable, generation 3, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 3, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
Stable, generation 3, assignment epoch 3, uniform
    a has [0,1,2,3,4,5], epoch 3, STABLE, is to have [0,1,2,3,4,5]
