# Since 4.3 targets are computed no sooner than a second after those before: until then members move to the old ones.
# Kafka: GroupMetadataManager.canComputeNextTargetAssignment (group-coordinator); KAFKA-20291

given version=4.4
enroll a
until 0.2s
enroll b
until 0.4s
describe
beat a
beat b
until 0.999s
beat b
pass 0ms
describe
until 1s
beat b
pass 0ms
describe
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of a#1 at 45.000s
    timer linger at 0.000s
    timer write timeout at 5.000s
0.000s timer linger
    append billing: member a#1 subscribes to orders
           billing: group epoch 2, hash of orders 6
           billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 2 at 0.000s
           billing: a#1 at epoch 2 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a joins
    group billing assigns for epoch 2 (uniform)
    group billing a is at epoch 2, STABLE, has 6
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing gives orders-3 to a (generation 2)
    group billing gives orders-4 to a (generation 2)
    group billing gives orders-5 to a (generation 2)
    group billing Stable, generation 2, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.200s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of b#1 at 45.200s
    timer linger at 0.200s
0.200s timer linger
    append billing: member b#1 subscribes to orders
           billing: group epoch 3, hash of orders 6
           billing: b#1 at epoch 2 (before: 0), STABLE
    group billing b joins
    group billing b is at epoch 2, STABLE, has 0
    group billing Assigning, generation 3, 2 members
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 2, may have -
Assigning, generation 3, assignment epoch 2, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2,3,4,5]
    b has [], epoch 2, STABLE, is to have []
0.400s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer session of a#1 at 45.400s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
0.400s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 2
    timer session of b#1 at 45.400s
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 2
0.999s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 2
    timer session of b#1 at 45.999s
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 2
Assigning, generation 3, assignment epoch 2, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2,3,4,5]
    b has [], epoch 2, STABLE, is to have []
1.000s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 2
    timer session of b#1 at 46.000s
    timer linger at 1.000s
1.000s timer linger
    append billing: a#1 is to have orders-0, orders-1, orders-2
           billing: b#1 is to have orders-3, orders-4, orders-5
           billing: assignment epoch 3 at 1.000s
           billing: b#1 at epoch 3 (before: 2), UNRELEASED_PARTITIONS
    group billing assigns for epoch 3 (uniform)
    group billing b is at epoch 3, UNRELEASED_PARTITIONS, has 0
    group billing Reconciling, generation 3, 2 members
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 3
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2]
    b has [], epoch 3, UNRELEASED_PARTITIONS, is to have [3,4,5]

# After a failover the time of the last computation is known.
failover
until 1.5s
quit b
pass 0ms
beat a
pass 0ms
describe
until 2s
beat a
pass 0ms
describe
----
1.000s elected, log end 12, high watermark 12
    timer session of a#1 at 46.000s
    timer session of b#1 at 46.000s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 3, 2 members
    group billing a is at epoch 2, STABLE, has 6
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing gives orders-3 to a (generation 2)
    group billing gives orders-4 to a (generation 2)
    group billing gives orders-5 to a (generation 2)
    group billing b is at epoch 3, UNRELEASED_PARTITIONS, has 0
1.500s b -> ConsumerGroupHeartbeat billing as b#1 at epoch -1
    no timer session of b#1
    timer linger at 1.500s
    timer write timeout at 6.500s
1.500s timer linger
    append billing: b#1 has nothing
           billing: b#1 is to have nothing
           billing: b#1 is no member
           billing: group epoch 4, hash of orders 6
    group billing b leaves
    group billing Assigning, generation 4, 1 members
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch -1
1.500s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer revocation of a#1 at 301.500s
    timer session of a#1 at 46.500s
    timer linger at 1.500s
1.500s timer linger
    append billing: a#1 at epoch 2 (before: 2), UNREVOKED_PARTITIONS has orders-0, orders-1, orders-2 gives up orders-3, orders-4, orders-5
    group billing wants orders-3 back from a
    group billing wants orders-4 back from a
    group billing wants orders-5 back from a
    group billing a is at epoch 2, UNREVOKED_PARTITIONS, has 3, has 3 to give up
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1, orders-2
Assigning, generation 4, assignment epoch 3, uniform
    a has [0,1,2], epoch 2, UNREVOKED_PARTITIONS, is to have [0,1,2]
2.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer session of a#1 at 47.000s
    timer linger at 2.000s
2.000s timer linger
    append billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 4 at 2.000s
    group billing assigns for epoch 4 (uniform)
    group billing Reconciling, generation 4, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
Reconciling, generation 4, assignment epoch 4, uniform
    a has [0,1,2], epoch 2, UNREVOKED_PARTITIONS, is to have [0,1,2,3,4,5]
