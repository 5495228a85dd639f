# Where partitions cannot be shared evenly the first members get one more, up to 4.0.
# Kafka: UniformHomogeneousAssignmentBuilder (group-coordinator); KAFKA-18688

given version=4.0
partitions orders 7
quiet
enroll a
enroll b
enroll c
pass 10ms
beat a
pass 10ms
ack a
beat b
beat c
pass 10ms
aloud
describe
quit a
pass 10ms
quietly beat b
describe
----
Stable, generation 3, assignment epoch 3, uniform
    a has [0,1,2], epoch 3, STABLE, is to have [0,1,2]
    b has [4,5], epoch 3, STABLE, is to have [4,5]
    c has [3,6], epoch 3, STABLE, is to have [3,6]
0.030s a -> ConsumerGroupHeartbeat billing as a#1 at epoch -1
    no timer session of a#1
    timer linger at 0.035s
0.035s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: group epoch 4
    group billing a has given orders-0 up
    group billing a has given orders-1 up
    group billing a has given orders-2 up
    group billing a leaves
    group billing Assigning, generation 4, 2 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch -1
Reconciling, generation 4, assignment epoch 4, uniform
    b has [0,1,4,5], epoch 4, STABLE, is to have [0,1,4,5]
    c has [3,6], epoch 3, STABLE, is to have [2,3,6]
