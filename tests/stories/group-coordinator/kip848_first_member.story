# The first member of a group: all that is written, and the timers.
# Kafka: GroupMetadataManager.consumerGroupHeartbeat (group-coordinator)

given
enroll a
pass 5ms
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of a#1 at 45.000s
    timer linger at 0.005s
    timer write timeout at 5.000s
0.005s timer linger
    append billing: member a#1 subscribes to orders
           billing: partitions of orders 6
           billing: group epoch 1
           billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 1
           billing: a#1 at epoch 1 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a joins
    group billing assigns for epoch 1 (uniform)
    group billing a is at epoch 1, STABLE, has 6
    group billing gives orders-0 to a (generation 1)
    group billing gives orders-1 to a (generation 1)
    group billing gives orders-2 to a (generation 1)
    group billing gives orders-3 to a (generation 1)
    group billing gives orders-4 to a (generation 1)
    group billing gives orders-5 to a (generation 1)
    group billing Stable, generation 1, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5

# Nothing has changed: a heartbeat writes nothing, and is answered at once.
beat a
----
0.005s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1
    timer session of a#1 at 45.005s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1

# It leaves. The group is empty, in another epoch.
quit a
pass 5ms
describe
----
0.005s a -> ConsumerGroupHeartbeat billing as a#1 at epoch -1
    no timer session of a#1
    timer linger at 0.010s
0.010s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: partitions of -
           billing: group epoch 2
    group billing a has given orders-0 up
    group billing a has given orders-1 up
    group billing a has given orders-2 up
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a leaves
    group billing Empty, generation 2, 0 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch -1
Empty, generation 2, assignment epoch 1, uniform
