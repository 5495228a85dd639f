# Who has given partitions up and has to give up more is one epoch further, up to 4.1.
# Kafka: CurrentAssignmentBuilder (group-coordinator); KAFKA-19974

given version=4.1
quiet
enroll a
pass 10ms
enroll b
pass 10ms
beat a
pass 10ms
enroll c
pass 10ms
aloud
describe
ack a
pass 10ms
describe
----
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,2], epoch 1, UNREVOKED_PARTITIONS, is to have [0,1]
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4]
    c has [], epoch 3, UNRELEASED_PARTITIONS, is to have [2,5]
0.040s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1, owns orders-0, orders-1, orders-2
    timer revocation of a#1 at 300.040s
    timer session of a#1 at 45.040s
    timer linger at 0.045s
0.045s timer linger
    append billing: a#1 at epoch 2 (before: 1), UNREVOKED_PARTITIONS has orders-0, orders-1 gives up orders-2
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing wants orders-2 back from a
    group billing a is at epoch 2, UNREVOKED_PARTITIONS, has 2, has 1 to give up
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1], epoch 2, UNREVOKED_PARTITIONS, is to have [0,1]
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4]
    c has [], epoch 3, UNRELEASED_PARTITIONS, is to have [2,5]
