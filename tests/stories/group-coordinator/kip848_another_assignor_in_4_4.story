# Since 4.4 it raises the group epoch, as soon as most members want it. Of equal votes, uniform counts.
# Kafka: GroupMetadataManager.hasPreferredServerAssignorChanged (group-coordinator); KAFKA-20434

given version=4.4 group.consumer.assignment.interval.ms=0
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
           billing: group epoch 4, hash of orders 6
           billing: assignment epoch 4 at 0.010s
           billing: a#1 at epoch 2 (before: 2), UNREVOKED_PARTITIONS has orders-0, orders-1, orders-2 gives up orders-3, orders-4, orders-5
           billing: member b#1 subscribes to orders
           billing: b#1 at epoch 4 (before: 3), UNRELEASED_PARTITIONS
    group billing assigns for epoch 4 (uniform)
    group billing wants orders-3 back from a
    group billing wants orders-4 back from a
    group billing wants orders-5 back from a
    group billing a is at epoch 2, UNREVOKED_PARTITIONS, has 3, has 3 to give up
    group billing Reconciling, generation 4, 2 members
    group billing b is at epoch 4, UNRELEASED_PARTITIONS, has 0
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1, orders-2
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 4
Reconciling, generation 4, assignment epoch 4, uniform
    a has [0,1,2], epoch 2, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [], epoch 4, UNRELEASED_PARTITIONS, is to have [3,4,5]
