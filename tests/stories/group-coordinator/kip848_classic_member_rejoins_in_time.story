# A member of the classic protocol that is told to join again has its rebalance timeout for that.
# Kafka: GroupMetadataManager.scheduleConsumerGroupJoinTimeoutIfAbsent (group-coordinator)

given
quiet
enroll c
pass 10ms
client a rebalance=10s
enter a
pass 10ms
sync a
pass 10ms
aloud
enroll d
pass 10ms
heartbeat a
until 5s
heartbeat a
until 11s
describe
----
0.030s d -> ConsumerGroupHeartbeat billing as d#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of d#1 at 45.030s
    timer linger at 0.035s
0.035s timer linger
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
0.040s a -> Heartbeat billing as a#1 generation 2
    timer session of a#1 at 45.040s
    timer rejoin of a#1 at 10.040s
    group billing answers a heartbeat of a with REBALANCE_IN_PROGRESS
    a <- Heartbeat answered: REBALANCE_IN_PROGRESS
5.000s timer write timeout
5.000s a -> Heartbeat billing as a#1 generation 2
    timer session of a#1 at 50.000s
    group billing answers a heartbeat of a with REBALANCE_IN_PROGRESS
    a <- Heartbeat answered: REBALANCE_IN_PROGRESS
10.040s timer rejoin of a#1
    no timer session of a#1
    timer linger at 10.045s
    timer write timeout at 15.040s
10.045s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: group epoch 4
    group billing a is removed: did not rejoin in time
    group billing Assigning, generation 4, 2 members
Assigning, generation 4, assignment epoch 3, uniform
    c has [0,1,2,3,4,5], epoch 1, STABLE, is to have [0,1]
    d has [], epoch 3, UNRELEASED_PARTITIONS, is to have [2,5]
