# A pattern that the group has matched already raises the group epoch at once.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions, REGEX_UPDATED_AND_RESOLVED (group-coordinator)

given version=4.2
quiet
enroll a matching=ord.*
pass 20ms
beat a
pass 10ms
aloud
enroll b matching=ord.*
pass 20ms
describe

# another one is matched when 10 s are over, and until then the member has nothing
enroll c matching=[^_].*
pass 20ms
until 10100ms
beat c
pass 20ms
beat c
pass 20ms
describe
----
0.030s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 0, subscribed to what matches ord.*, owns - (rebalance 300.000s)
    timer session of b#1 at 45.030s
    timer linger at 0.030s
0.030s timer linger
    append billing: member b#1 subscribes to what matches ord.*
           billing: group epoch 3, hash of orders 6
           billing: a#1 is to have orders-0, orders-1, orders-2
           billing: b#1 is to have orders-3, orders-4, orders-5
           billing: assignment epoch 3
           billing: b#1 at epoch 3 (before: 0), UNRELEASED_PARTITIONS
    group billing b joins
    group billing assigns for epoch 3 (uniform)
    group billing b is at epoch 3, UNRELEASED_PARTITIONS, has 0
    group billing Reconciling, generation 3, 2 members
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 3, may have -
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2]
    b has [], epoch 3, UNRELEASED_PARTITIONS, is to have [3,4,5]
0.050s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 0, subscribed to what matches [^_].*, owns - (rebalance 300.000s)
    timer session of c#1 at 45.050s
    timer linger at 0.050s
0.050s timer linger
    append billing: member c#1 subscribes to what matches [^_].*
           billing: c#1 at epoch 3 (before: 0), STABLE
    group billing c joins
    group billing c is at epoch 3, STABLE, has 0
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch 3, may have -
5.000s timer write timeout
10.100s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 3
    timer patterns at 10.101s
    timer session of c#1 at 55.100s
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch 3
10.101s timer patterns
    timer linger at 10.101s
10.101s timer linger
    append billing: ord.* matches orders in image 6 at 10.100s
           billing: [^_].* matches orders in image 6 at 10.100s
           billing: group epoch 4, hash of orders 6
    group billing matches ord.*: 1 topic
    group billing matches [^_].*: 1 topic
    group billing Assigning, generation 4, 3 members
10.120s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 3
    timer session of c#1 at 55.120s
    timer linger at 10.120s
    timer write timeout at 15.120s
10.120s timer linger
    append billing: a#1 is to have orders-0, orders-1
           billing: b#1 is to have orders-3, orders-4
           billing: c#1 is to have orders-2, orders-5
           billing: assignment epoch 4
           billing: c#1 at epoch 4 (before: 3), UNRELEASED_PARTITIONS
    group billing assigns for epoch 4 (uniform)
    group billing c is at epoch 4, UNRELEASED_PARTITIONS, has 0
    group billing Reconciling, generation 4, 3 members
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch 4
Reconciling, generation 4, assignment epoch 4, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1]
    b has [], epoch 3, UNRELEASED_PARTITIONS, is to have [3,4]
    c has [], epoch 4, UNRELEASED_PARTITIONS, is to have [2,5]
