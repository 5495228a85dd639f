# Partitions change hands without a barrier: who has to give one up does so first, and whoever gets nothing new goes on.
# Kafka: CurrentAssignmentBuilder (group-coordinator), KIP-848

given
quiet
enroll a
beat a
enroll b
pass 10ms
beat a
pass 10ms
ack a
beat b
pass 10ms
aloud
describe
----
Stable, generation 2, assignment epoch 2, uniform
    a has [0,1,2], epoch 2, STABLE, is to have [0,1,2]
    b has [3,4,5], epoch 2, STABLE, is to have [3,4,5]

# C joins: it is at the new epoch at once, and has nothing yet.
until 10s
enroll c
pass 10ms
describe
----
5.000s timer write timeout
10.000s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of c#1 at 55.000s
    timer linger at 10.005s
    timer write timeout at 15.000s
10.005s timer linger
    append billing: member c#1 subscribes to orders
           billing: group epoch 3
           billing: a#1 is to have orders-0, orders-1
           billing: b#1 is to have orders-3, orders-4
           billing: c#1 is to have orders-2, orders-5
           billing: assignment epoch 3
           billing: c#1 at epoch 3 (before: 0), UNRELEASED_PARTITIONS
    group billing c joins
    group billing assigns for epoch 3 (uniform)
    group billing c is at epoch 3, UNRELEASED_PARTITIONS, has 0
    group billing Reconciling, generation 3, 3 members
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch 3, may have -
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,2], epoch 2, STABLE, is to have [0,1]
    b has [3,4,5], epoch 2, STABLE, is to have [3,4]
    c has [], epoch 3, UNRELEASED_PARTITIONS, is to have [2,5]

# A hears of it at its next heartbeat, two seconds later, and stays at its epoch.
until 12s
beat a
pass 10ms
----
12.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer revocation of a#1 at 312.000s
    timer session of a#1 at 57.000s
    timer linger at 12.005s
12.005s timer linger
    append billing: a#1 at epoch 2 (before: 2), UNREVOKED_PARTITIONS has orders-0, orders-1 gives up orders-2
    group billing wants orders-2 back from a
    group billing a is at epoch 2, UNREVOKED_PARTITIONS, has 2, has 1 to give up
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1

# Half a second later it has given one up. Who waits for it gets it with its own next heartbeat.
until 12.5s
ack a
until 14s
beat b
until 14.3s
ack b
pass 10ms
----
12.500s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2, owns orders-0, orders-1
    no timer revocation of a#1
    timer session of a#1 at 57.500s
    timer linger at 12.505s
12.505s timer linger
    append billing: a#1 at epoch 3 (before: 2), STABLE has orders-0, orders-1
    group billing a has given orders-2 up
    group billing a is at epoch 3, STABLE, has 2
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 3
14.000s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 2
    timer revocation of b#1 at 314.000s
    timer session of b#1 at 59.000s
    timer linger at 14.005s
14.005s timer linger
    append billing: b#1 at epoch 2 (before: 2), UNREVOKED_PARTITIONS has orders-3, orders-4 gives up orders-5
    group billing wants orders-5 back from b
    group billing b is at epoch 2, UNREVOKED_PARTITIONS, has 2, has 1 to give up
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 2, may have orders-3, orders-4
14.300s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 2, owns orders-3, orders-4
    no timer revocation of b#1
    timer session of b#1 at 59.300s
    timer linger at 14.305s
14.305s timer linger
    append billing: b#1 at epoch 3 (before: 2), STABLE has orders-3, orders-4
    group billing b has given orders-5 up
    group billing b is at epoch 3, STABLE, has 2
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 3

until 15s
beat c
pass 10ms
describe
----
15.000s timer write timeout
15.000s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 3
    timer session of c#1 at 60.000s
    timer linger at 15.005s
    timer write timeout at 20.000s
15.005s timer linger
    append billing: c#1 at epoch 3 (before: 3), STABLE has orders-2, orders-5
    group billing c is at epoch 3, STABLE, has 2
    group billing gives orders-2 to c (generation 3)
    group billing gives orders-5 to c (generation 3)
    group billing Stable, generation 3, 3 members
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch 3, may have orders-2, orders-5
Stable, generation 3, assignment epoch 3, uniform
    a has [0,1], epoch 3, STABLE, is to have [0,1]
    b has [3,4], epoch 3, STABLE, is to have [3,4]
    c has [2,5], epoch 3, STABLE, is to have [2,5]
