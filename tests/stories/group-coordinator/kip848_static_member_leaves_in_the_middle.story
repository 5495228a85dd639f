# A static member that goes while it has to give partitions up has given them up with that.
# Kafka: GroupMetadataManager.consumerGroupStaticMemberGroupLeave (group-coordinator)

given version=4.4 group.consumer.assignment.interval.ms=0
client a instance=one
quiet
enroll a
pass 5ms
enroll b
pass 5ms
beat a
pass 5ms
aloud
describe
quit a away
beat b
pass 5ms
describe
----
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,2], epoch 2, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [], epoch 3, UNRELEASED_PARTITIONS, is to have [3,4,5]
0.015s a -> ConsumerGroupHeartbeat billing as a#1 of instance one at epoch -2
    timer linger at 0.015s
0.015s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 3
    timer session of b#1 at 45.015s
0.015s timer linger
    append billing: a#1 at epoch -2 (before: 2), UNREVOKED_PARTITIONS has orders-0, orders-1, orders-2
           billing: b#1 at epoch 3 (before: 3), STABLE has orders-3, orders-4, orders-5
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a is at epoch -2, UNREVOKED_PARTITIONS, has 3
    group billing b is at epoch 3, STABLE, has 3
    group billing gives orders-3 to b (generation 3)
    group billing gives orders-4 to b (generation 3)
    group billing gives orders-5 to b (generation 3)
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch -2
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 3, may have orders-3, orders-4, orders-5
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,2], epoch -2, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [3,4,5], epoch 3, STABLE, is to have [3,4,5]

reborn a
enroll a
pass 5ms
describe
----
0.020s a -> ConsumerGroupHeartbeat billing as a#2 of instance one at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of a#2 at 45.020s
    timer linger at 0.020s
0.020s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: member a#2 of instance one subscribes to orders
           billing: a#2 is to have orders-0, orders-1, orders-2
           billing: a#2 at epoch 0 (before: 0), UNREVOKED_PARTITIONS has orders-0, orders-1, orders-2
           billing: a#2 at epoch 3 (before: 0), STABLE has orders-0, orders-1, orders-2
    group billing a has given orders-0 up
    group billing a has given orders-1 up
    group billing a has given orders-2 up
    group billing a is back as the static member that it was
    group billing a is at epoch 3, STABLE, has 3
    group billing gives orders-0 to a (generation 3)
    group billing gives orders-1 to a (generation 3)
    group billing gives orders-2 to a (generation 3)
    group billing Stable, generation 3, 2 members
    a <- ConsumerGroupHeartbeat answered: a#2 at epoch 3, may have orders-0, orders-1, orders-2
Stable, generation 3, assignment epoch 3, uniform
    a has [0,1,2], epoch 3, STABLE, is to have [0,1,2]
    b has [3,4,5], epoch 3, STABLE, is to have [3,4,5]
