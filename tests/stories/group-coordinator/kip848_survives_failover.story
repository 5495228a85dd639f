# Members, epochs, targets and what everybody has is in the log. Sessions begin anew, and so does the time for giving partitions up.
# Kafka: GroupMetadataManager.onLoaded (group-coordinator)

given
quiet
enroll a
enroll b
pass 10ms
beat a
pass 10ms
aloud
describe
until 30s
failover
describe
----
Reconciling, generation 2, assignment epoch 2, uniform
    a has [0,1,2], epoch 1, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4,5]
5.000s timer write timeout
30.000s elected, log end 13, high watermark 13
    timer session of a#1 at 75.000s
    timer revocation of a#1 at 330.000s
    timer session of b#1 at 75.000s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 2, 2 members
    group billing wants orders-3 back from a
    group billing wants orders-4 back from a
    group billing wants orders-5 back from a
    group billing a is at epoch 1, UNREVOKED_PARTITIONS, has 3, has 3 to give up
    group billing gives orders-0 to a (generation 1)
    group billing gives orders-1 to a (generation 1)
    group billing gives orders-2 to a (generation 1)
    group billing b is at epoch 2, UNRELEASED_PARTITIONS, has 0
Reconciling, generation 2, assignment epoch 2, uniform
    a has [0,1,2], epoch 1, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4,5]

ack a
beat b
pass 5ms
describe
----
30.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1, owns orders-0, orders-1, orders-2
    no timer revocation of a#1
    timer linger at 30.005s
    timer write timeout at 35.000s
30.000s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 2
30.005s timer linger
    append billing: a#1 at epoch 2 (before: 1), STABLE has orders-0, orders-1, orders-2
           billing: b#1 at epoch 2 (before: 2), STABLE has orders-3, orders-4, orders-5
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a is at epoch 2, STABLE, has 3
    group billing b is at epoch 2, STABLE, has 3
    group billing gives orders-3 to b (generation 2)
    group billing gives orders-4 to b (generation 2)
    group billing gives orders-5 to b (generation 2)
    group billing Stable, generation 2, 2 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch 2, may have orders-3, orders-4, orders-5
Stable, generation 2, assignment epoch 2, uniform
    a has [0,1,2], epoch 2, STABLE, is to have [0,1,2]
    b has [3,4,5], epoch 2, STABLE, is to have [3,4,5]
