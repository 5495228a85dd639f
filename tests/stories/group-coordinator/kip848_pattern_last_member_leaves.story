# With the last member that has a pattern goes what it matches.
# Kafka: GroupMetadataManager.maybeDeleteResolvedRegularExpressions (group-coordinator)

given
quiet
enroll a matching=ord.*
pass 20ms
beat a
enroll b matching=ord.*
pass 10ms
aloud
quit a
pass 10ms
quit b
pass 10ms
describe
----
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
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a leaves
    group billing Assigning, generation 4, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch -1
0.040s b -> ConsumerGroupHeartbeat billing as b#1 at epoch -1
    no timer session of b#1
    timer linger at 0.045s
0.045s timer linger
    append billing: b#1 has nothing
           billing: b#1 is to have nothing
           billing: b#1 is no member
           billing: nobody subscribes to ord.*
           billing: partitions of -
           billing: group epoch 5
    group billing b leaves
    group billing has nobody any more who subscribes to ord.*
    group billing Empty, generation 5, 0 members
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch -1
Empty, generation 5, assignment epoch 3, uniform
