# A member of the classic protocol that has to give partitions up joins twice: it says what it has left with the second JoinGroup.
# Kafka: GroupMetadataManager.classicGroupJoinToConsumerGroup, classicGroupHeartbeatToConsumerGroup (group-coordinator)

given
quiet
enroll c
pass 10ms
beat c
pass 10ms
aloud
client a subscribed.in=0
enter a
pass 10ms
sync a
pass 10ms
describe
----
0.020s a -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 300.000s)
    a <- JoinGroup answered: MEMBER_ID_REQUIRED as a#1
0.020s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    timer linger at 0.025s
0.025s timer linger
    append billing: member a#1 subscribes to orders by the classic protocol
           billing: group epoch 2
           billing: a#1 is to have orders-3, orders-4, orders-5
           billing: c#1 is to have orders-0, orders-1, orders-2
           billing: assignment epoch 2
           billing: a#1 at epoch 2 (before: 0), UNRELEASED_PARTITIONS
    timer session of a#1 at 45.025s
    timer sync of a#1 at 300.025s
    group billing a joins
    group billing assigns for epoch 2 (uniform)
    group billing a is at epoch 2, UNRELEASED_PARTITIONS, has 0
    group billing Reconciling, generation 2, 2 members
    a <- JoinGroup answered: a#1 in generation 2, led by nobody
0.030s a -> SyncGroup billing as a#1 generation 2
    no timer sync of a#1
    timer session of a#1 at 45.030s
    a <- SyncGroup answered: -
Reconciling, generation 2, assignment epoch 2, uniform
    a has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4,5], classic
    c has [0,1,2,3,4,5], epoch 1, STABLE, is to have [0,1,2]

quiet
beat c
pass 10ms
ack c
pass 10ms
aloud
heartbeat a
join a
pass 10ms
sync a
pass 10ms
describe
----
0.060s a -> Heartbeat billing as a#1 generation 2
    timer session of a#1 at 45.060s
    timer rejoin of a#1 at 300.060s
    group billing answers a heartbeat of a with REBALANCE_IN_PROGRESS
    a <- Heartbeat answered: REBALANCE_IN_PROGRESS
0.060s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    timer linger at 0.065s
0.065s timer linger
    append billing: a#1 at epoch 2 (before: 2), STABLE has orders-3, orders-4, orders-5
    no timer rejoin of a#1
    timer session of a#1 at 45.065s
    timer sync of a#1 at 300.065s
    group billing a is at epoch 2, STABLE, has 3
    group billing gives orders-3 to a (generation 2)
    group billing gives orders-4 to a (generation 2)
    group billing gives orders-5 to a (generation 2)
    group billing Stable, generation 2, 2 members
    a <- JoinGroup answered: a#1 in generation 2, led by nobody
0.070s a -> SyncGroup billing as a#1 generation 2
    no timer sync of a#1
    timer session of a#1 at 45.070s
    a <- SyncGroup answered: orders-3, orders-4, orders-5
Stable, generation 2, assignment epoch 2, uniform
    a has [3,4,5], epoch 2, STABLE, is to have [3,4,5], classic
    c has [0,1,2], epoch 2, STABLE, is to have [0,1,2]

enroll d
pass 10ms
heartbeat a
client a subscribed.in=2 owning=3,4,5
join a
pass 10ms
heartbeat a
client a subscribed.in=2 owning=3,4
join a
pass 10ms
sync a
pass 10ms
describe
----
0.080s d -> ConsumerGroupHeartbeat billing as d#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of d#1 at 45.080s
    timer linger at 0.085s
0.085s timer linger
    append billing: member d#1 subscribes to orders
           billing: group epoch 3
           billing: a#1 is to have orders-3, orders-4
           billing: c#1 is to have orders-0, orders-1
           billing: d#1 is to have orders-2, orders-5
           billing: assignment epoch 3
           billing: d#1 at epoch 3 (before: 0), UNRELEASED_PARTITIONS
    group billing d joins
    group billing assigns for epoch 3 (uniform)
    group billing d is at epoch 3, UNRELEASED_PARTITIONS, has 0
    group billing Reconciling, generation 3, 3 members
    d <- ConsumerGroupHeartbeat answered: d#1 at epoch 3, may have -
0.090s a -> Heartbeat billing as a#1 generation 2
    timer session of a#1 at 45.090s
    timer rejoin of a#1 at 300.090s
    group billing answers a heartbeat of a with REBALANCE_IN_PROGRESS
    a <- Heartbeat answered: REBALANCE_IN_PROGRESS
0.090s a -> JoinGroup billing as a#1: range orders owning orders-3, orders-4, orders-5 of generation 2 (session 45.000s, rebalance 300.000s)
    timer linger at 0.095s
0.095s timer linger
    append billing: member a#1 subscribes to orders by the classic protocol
           billing: a#1 at epoch 2 (before: 2), UNREVOKED_PARTITIONS has orders-3, orders-4 gives up orders-5
    no timer rejoin of a#1
    timer session of a#1 at 45.095s
    timer sync of a#1 at 300.095s
    group billing wants orders-5 back from a
    group billing a is at epoch 2, UNREVOKED_PARTITIONS, has 2, has 1 to give up
    a <- JoinGroup answered: a#1 in generation 2, led by nobody
0.100s a -> Heartbeat billing as a#1 generation 2
    timer session of a#1 at 45.100s
    timer rejoin of a#1 at 300.100s
    group billing answers a heartbeat of a with REBALANCE_IN_PROGRESS
    a <- Heartbeat answered: REBALANCE_IN_PROGRESS
0.100s a -> JoinGroup billing as a#1: range orders owning orders-3, orders-4 of generation 2 (session 45.000s, rebalance 300.000s)
    timer linger at 0.105s
0.105s timer linger
    append billing: member a#1 subscribes to orders by the classic protocol
           billing: a#1 at epoch 3 (before: 2), STABLE has orders-3, orders-4
    no timer rejoin of a#1
    timer session of a#1 at 45.105s
    timer sync of a#1 at 300.105s
    group billing a has given orders-5 up
    group billing a is at epoch 3, STABLE, has 2
    a <- JoinGroup answered: a#1 in generation 3, led by nobody
0.110s a -> SyncGroup billing as a#1 generation 3
    no timer sync of a#1
    timer session of a#1 at 45.110s
    a <- SyncGroup answered: orders-3, orders-4
Reconciling, generation 3, assignment epoch 3, uniform
    a has [3,4], epoch 3, STABLE, is to have [3,4], classic
    c has [0,1,2], epoch 2, STABLE, is to have [0,1]
    d has [], epoch 3, UNRELEASED_PARTITIONS, is to have [2,5]
