# Since 4.3 its epoch before is not accepted any more.
# Kafka: CurrentAssignmentBuilder.updateCurrentAssignment (group-coordinator)

given version=4.3 group.consumer.assignment.interval.ms=0
partitions refunds 3
quiet
enroll a topics=orders,refunds
pass 10ms
enroll b topics=orders
pass 10ms
beat a
pass 10ms
aloud
describe
beat a topics=refunds
pass 10ms
describe
----
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,0,1,2], epoch 2, UNREVOKED_PARTITIONS, is to have [0,1,0,1,2]
    b has [], epoch 3, UNRELEASED_PARTITIONS, is to have [2,3,4,5]
0.030s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2, subscribed to refunds
    timer revocation of a#1 at 300.030s
    timer session of a#1 at 45.030s
    timer linger at 0.030s
0.030s timer linger
    append billing: member a#1 subscribes to refunds
           billing: group epoch 4, hash of orders 6, refunds 3
           billing: a#1 is to have refunds-0, refunds-1, refunds-2
           billing: b#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 4 at 0.030s
           billing: a#1 at epoch 2 (before: 2), UNREVOKED_PARTITIONS has refunds-0, refunds-1, refunds-2 gives up orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing assigns for epoch 4 (uniform)
    group billing wants orders-0 back from a
    group billing wants orders-1 back from a
    group billing a is at epoch 2, UNREVOKED_PARTITIONS, has 3, has 6 to give up
    group billing Reconciling, generation 4, 2 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have refunds-0, refunds-1, refunds-2
Reconciling, generation 4, assignment epoch 4, uniform
    a has [0,1,2], epoch 2, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [], epoch 3, UNRELEASED_PARTITIONS, is to have [0,1,2,3,4,5]
