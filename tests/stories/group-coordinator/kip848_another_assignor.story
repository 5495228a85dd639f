# Up to 4.3 the assignor that members want counts with the next group epoch.
# Kafka: ConsumerGroup.computePreferredServerAssignor (group-coordinator); KAFKA-20434

given version=4.3 group.consumer.assignment.interval.ms=0
quiet
enroll a wants=range
enroll b wants=range
pass 10ms
aloud
describe
beat a wants=uniform
beat b wants=uniform
pass 10ms
describe
----
Reconciling, generation 3, assignment epoch 3, range
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2]
    b has [], epoch 3, UNRELEASED_PARTITIONS, is to have [3,4,5]
0.010s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2, wants uniform
    timer revocation of a#1 at 300.010s
    timer session of a#1 at 45.010s
    timer linger at 0.010s
0.010s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 3, wants uniform
    timer session of b#1 at 45.010s
0.010s timer linger
    append billing: member a#1 subscribes to orders
           billing: a#1 at epoch 2 (before: 2), UNREVOKED_PARTITIONS has orders-0, orders-1, orders-2 gives up orders-3, orders-4, orders-5
           billing: member b#1 subscribes to orders
           billing: b#1 at epoch 3 (before: 3), UNRELEASED_PARTITIONS
    group billing wants orders-3 back from a
    group billing wants orders-4 back from a
    group billing wants orders-5 back from a
    group billing a is at epoch 2, UNREVOKED_PARTITIONS, has 3, has 3 to give up
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1, orders-2
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 3
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,2], epoch 2, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [], epoch 3, UNRELEASED_PARTITIONS, is to have [3,4,5]
