# What cannot be written is taken back, and nobody has been told of it.
# Kafka: CoordinatorRuntime.failCurrentBatch (coordinator-common)

given
quietly enroll a
quietly pass 10ms
describe
log refuses KAFKA_STORAGE_ERROR
enroll b
pass 5ms
describe
----
Stable, generation 1, assignment epoch 1, uniform
    a has [0,1,2,3,4,5], epoch 1, STABLE, is to have [0,1,2,3,4,5]
0.010s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of b#1 at 45.010s
    timer linger at 0.015s
0.015s timer linger
    append billing: member b#1 subscribes to orders
           billing: group epoch 2
           billing: a#1 is to have orders-0, orders-1, orders-2
           billing: b#1 is to have orders-3, orders-4, orders-5
           billing: assignment epoch 2
           billing: b#1 at epoch 2 (before: 0), UNRELEASED_PARTITIONS
    (refused)
    group billing answers a heartbeat of b with NOT_COORDINATOR
    b <- ConsumerGroupHeartbeat answered: NOT_COORDINATOR
Stable, generation 1, assignment epoch 1, uniform
    a has [0,1,2,3,4,5], epoch 1, STABLE, is to have [0,1,2,3,4,5]

# Nor can it leave. But its session timer is gone: if it dies now, only a new coordinator will notice.
quit a
pass 5ms
describe
----
0.015s a -> ConsumerGroupHeartbeat billing as a#1 at epoch -1
    no timer session of a#1
    timer linger at 0.020s
0.020s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: partitions of -
           billing: group epoch 2
    (refused)
    group billing answers a heartbeat of a with NOT_COORDINATOR
    a <- ConsumerGroupHeartbeat answered: NOT_COORDINATOR
Stable, generation 1, assignment epoch 1, uniform
    a has [0,1,2,3,4,5], epoch 1, STABLE, is to have [0,1,2,3,4,5]
