# New topics are looked for by whoever's heartbeat comes next, but not within 10 s of the last time.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions, REGEX_BATCH_REFRESH_MIN_INTERVAL_MS (group-coordinator)

given
quiet
enroll a matching=[^_].*
pass 20ms
beat a
pass 10ms
until 4s
partitions refunds 3
aloud
beat a
pass 20ms
until 10s
beat a
pass 20ms
until 10100ms
beat a
pass 20ms
beat a
pass 10ms
describe
----
4.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer session of a#1 at 49.000s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
5.000s timer write timeout
10.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer session of a#1 at 55.000s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
10.100s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer patterns at 10.101s
    timer session of a#1 at 55.100s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
10.101s timer patterns
    timer linger at 10.106s
10.106s timer linger
    append billing: [^_].* matches orders, refunds in image 10 at 10.100s
           billing: partitions of orders 6, refunds 3
           billing: group epoch 3
    group billing matches [^_].*: 2 topics
    group billing Assigning, generation 3, 1 members
10.120s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer session of a#1 at 55.120s
    timer linger at 10.125s
    timer write timeout at 15.120s
10.125s timer linger
    append billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, refunds-0, refunds-1, refunds-2
           billing: assignment epoch 3
           billing: a#1 at epoch 3 (before: 2), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, refunds-0, refunds-1, refunds-2
    group billing assigns for epoch 3 (uniform)
    group billing a is at epoch 3, STABLE, has 9
    group billing gives refunds-0 to a (generation 3)
    group billing gives refunds-1 to a (generation 3)
    group billing gives refunds-2 to a (generation 3)
    group billing Stable, generation 3, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 3, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, refunds-0, refunds-1, refunds-2
Stable, generation 3, assignment epoch 3, uniform
    a has [0,1,2,3,4,5,0,1,2], epoch 3, STABLE, is to have [0,1,2,3,4,5,0,1,2]
