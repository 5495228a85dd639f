# An upgrade that cannot be written is taken back: the classic group goes on.
# Kafka: CoordinatorRuntime.failCurrentBatch (coordinator-common)

given
stable a b
log refuses KAFKA_STORAGE_ERROR
enroll c
pass 5ms
log replicates
describe
heartbeat a
----
6.010s (a, b stable)
6.010s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    no timer session of a#1
    no timer session of b#1
    timer session of a#1 at 51.010s
    timer session of b#1 at 51.010s
    timer session of c#1 at 51.010s
    timer linger at 6.015s
6.015s timer linger
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
    (refused)
    no timer session of a#1
    no timer session of b#1
    no timer session of c#1
    timer session of a#1 at 51.015s
    timer session of b#1 at 51.015s
    group billing answers a heartbeat of c with NOT_COORDINATOR
    group billing Stable, generation 1, 2 members
    c <- ConsumerGroupHeartbeat answered: NOT_COORDINATOR
Stable, generation 1
    a has [0]
    b has [1]
6.015s a -> Heartbeat billing as a#1 generation 1
    a <- Heartbeat answered: ok
