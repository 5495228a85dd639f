# A member of the new protocol makes a classic group one of the new protocol, and its last one makes it a classic one again.
# Kafka: GroupMetadataManager.convertToConsumerGroup, convertToClassicGroup (group-coordinator)

given
stable a b
until 10s
enroll c
pass 10ms
describe
----
6.010s (a, b stable)
10.000s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    no timer session of a#1
    no timer session of b#1
    timer session of a#1 at 55.000s
    timer session of b#1 at 55.000s
    timer session of c#1 at 55.000s
    timer linger at 10.005s
10.005s timer linger
    append billing is gone
           billing: member a#1 subscribes to orders by the classic protocol
           billing: member b#1 subscribes to orders by the classic protocol
           billing: group epoch 1
           billing: a#1 is to have orders-0
           billing: b#1 is to have orders-1
           billing: assignment epoch 1
           billing: a#1 at epoch 1 (before: 1), STABLE has orders-0
           billing: b#1 at epoch 1 (before: 1), STABLE has orders-1
           billing: member c#1 subscribes to orders
           billing: partitions of orders 6
           billing: group epoch 2
           billing: a#1 is to have orders-0, orders-2
           billing: b#1 is to have orders-1, orders-3
           billing: c#1 is to have orders-4, orders-5
           billing: assignment epoch 2
           billing: c#1 at epoch 2 (before: 0), STABLE has orders-4, orders-5
    group billing becomes a group of the new protocol (group.protocol=consumer), epoch 1
    group billing a is at epoch 1, STABLE, has 1
    group billing gives orders-0 to a (generation 1)
    group billing b is at epoch 1, STABLE, has 1
    group billing gives orders-1 to b (generation 1)
    group billing c joins
    group billing assigns for epoch 2 (uniform)
    group billing c is at epoch 2, STABLE, has 2
    group billing gives orders-4 to c (generation 2)
    group billing gives orders-5 to c (generation 2)
    group billing Reconciling, generation 2, 3 members
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch 2, may have orders-4, orders-5
Reconciling, generation 2, assignment epoch 2, uniform
    a has [0], epoch 1, STABLE, is to have [0,2], classic
    b has [1], epoch 1, STABLE, is to have [1,3], classic
    c has [4,5], epoch 2, STABLE, is to have [4,5]

# A member of the classic protocol is told to join again, within its rebalance timeout, and gets what it may keep by syncing.
heartbeat a
join a
pass 10ms
sync a
pass 10ms
describe
----
10.010s a -> Heartbeat billing as a#1 generation 1
    timer session of a#1 at 55.010s
    timer rejoin of a#1 at 310.010s
    group billing answers a heartbeat of a with REBALANCE_IN_PROGRESS
    a <- Heartbeat answered: REBALANCE_IN_PROGRESS
10.010s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    timer linger at 10.015s
10.015s timer linger
    append billing: a#1 at epoch 2 (before: 1), STABLE has orders-0, orders-2
    no timer rejoin of a#1
    timer session of a#1 at 55.015s
    timer sync of a#1 at 310.015s
    group billing a is at epoch 2, STABLE, has 2
    group billing gives orders-2 to a (generation 2)
    a <- JoinGroup answered: a#1 in generation 2, led by nobody
10.020s a -> SyncGroup billing as a#1 generation 2
    no timer sync of a#1
    timer session of a#1 at 55.020s
    a <- SyncGroup answered: orders-0, orders-2
Reconciling, generation 2, assignment epoch 2, uniform
    a has [0,2], epoch 2, STABLE, is to have [0,2], classic
    b has [1], epoch 1, STABLE, is to have [1,3], classic
    c has [4,5], epoch 2, STABLE, is to have [4,5]

heartbeat b
join b
pass 10ms
sync b
pass 10ms
beat c
pass 10ms
heartbeat a
heartbeat b
describe
----
10.030s b -> Heartbeat billing as b#1 generation 1
    timer session of b#1 at 55.030s
    timer rejoin of b#1 at 310.030s
    group billing answers a heartbeat of b with REBALANCE_IN_PROGRESS
    b <- Heartbeat answered: REBALANCE_IN_PROGRESS
10.030s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 300.000s)
    timer linger at 10.035s
10.035s timer linger
    append billing: b#1 at epoch 2 (before: 1), STABLE has orders-1, orders-3
    no timer rejoin of b#1
    timer session of b#1 at 55.035s
    timer sync of b#1 at 310.035s
    group billing b is at epoch 2, STABLE, has 2
    group billing gives orders-3 to b (generation 2)
    group billing Stable, generation 2, 3 members
    b <- JoinGroup answered: b#1 in generation 2, led by nobody
10.040s b -> SyncGroup billing as b#1 generation 2
    no timer sync of b#1
    timer session of b#1 at 55.040s
    b <- SyncGroup answered: orders-1, orders-3
10.050s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 2
    timer session of c#1 at 55.050s
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch 2
10.060s a -> Heartbeat billing as a#1 generation 2
    timer session of a#1 at 55.060s
    a <- Heartbeat answered: ok
10.060s b -> Heartbeat billing as b#1 generation 2
    timer session of b#1 at 55.060s
    b <- Heartbeat answered: ok
Stable, generation 2, assignment epoch 2, uniform
    a has [0,2], epoch 2, STABLE, is to have [0,2], classic
    b has [1,3], epoch 2, STABLE, is to have [1,3], classic
    c has [4,5], epoch 2, STABLE, is to have [4,5]

until 20s
quit c
pass 10ms
describe
heartbeat a
----
11.000s timer write timeout
20.000s c -> ConsumerGroupHeartbeat billing as c#1 at epoch -1
    no timer session of a#1
    no timer session of b#1
    no timer session of c#1
    timer session of a#1 at 65.000s
    timer session of b#1 at 65.000s
    timer join at 320.000s
    timer linger at 20.005s
    timer write timeout at 25.000s
    group billing c leaves
    group billing becomes a classic group, generation 2
    group billing Stable, generation 2, 2 members
    group billing PreparingRebalance, generation 2, 2 members
20.005s timer linger
    append billing: a#1 has nothing
           billing: b#1 has nothing
           billing: c#1 has nothing
           billing: a#1 is to have nothing
           billing: b#1 is to have nothing
           billing: c#1 is to have nothing
           billing: no assignment
           billing: a#1 is no member
           billing: b#1 is no member
           billing: c#1 is no member
           billing: no partitions
           billing: is gone
           billing in generation 2 since 20.000s led by a#1: a#1 has orders-0, orders-2 of orders (session 45.000s, rebalance 300.000s), b#1 has orders-1, orders-3 of orders (session 45.000s, rebalance 300.000s)
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch -1
PreparingRebalance, generation 2
    a has [0,2]
    b has [1,3]
20.010s a -> Heartbeat billing as a#1 generation 2
    timer session of a#1 at 65.010s
    group billing answers a heartbeat of a with REBALANCE_IN_PROGRESS
    a <- Heartbeat answered: REBALANCE_IN_PROGRESS

failover
describe
----
20.010s elected, log end 34, high watermark 34
    timer session of a#1 at 65.010s
    timer session of b#1 at 65.010s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 2, 2 members
Stable, generation 2
    a has [0,2]
    b has [1,3]
