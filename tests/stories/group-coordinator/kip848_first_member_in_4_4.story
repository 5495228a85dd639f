# Since 4.3 a group begins at epoch 1, and since 4.1 the topics are a hash in the record of the epoch.
# Kafka: ModernGroup, GroupMetadataManager.updateSubscriptionMetadata (group-coordinator); KAFKA-20268, KIP-1101

given version=4.4
enroll a
pass 0ms
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of a#1 at 45.000s
    timer linger at 0.000s
    timer write timeout at 5.000s
0.000s timer linger
    append billing: member a#1 subscribes to orders
           billing: group epoch 2, hash of orders 6
           billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 2 at 0.000s
           billing: a#1 at epoch 2 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a joins
    group billing assigns for epoch 2 (uniform)
    group billing a is at epoch 2, STABLE, has 6
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing gives orders-3 to a (generation 2)
    group billing gives orders-4 to a (generation 2)
    group billing gives orders-5 to a (generation 2)
    group billing Stable, generation 2, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5

# A group that loses its last member has an assignment of its present epoch (KAFKA-20442).
quit a
pass 0ms
describe
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch -1
    no timer session of a#1
    timer linger at 0.000s
0.000s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: group epoch 3, hash of -
           billing: assignment epoch 3
    group billing a has given orders-0 up
    group billing a has given orders-1 up
    group billing a has given orders-2 up
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a leaves
    group billing Empty, generation 3, 0 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch -1
Empty, generation 3, assignment epoch 3, uniform

# Of a member that subscribes to nothing the group's epoch is left alone.
reborn a
enroll a topics=
pass 0ms
describe
----
0.000s a -> ConsumerGroupHeartbeat billing as a#2 at epoch 0, subscribed to -, owns - (rebalance 300.000s)
    timer session of a#2 at 45.000s
    timer linger at 0.000s
0.000s timer linger
    append billing: member a#2 subscribes to -
           billing: a#2 at epoch 3 (before: 0), STABLE
    group billing a joins
    group billing a is at epoch 3, STABLE, has 0
    group billing Stable, generation 3, 1 members
    a <- ConsumerGroupHeartbeat answered: a#2 at epoch 3, may have -
Stable, generation 3, assignment epoch 3, uniform
    a has [], epoch 3, STABLE, is to have []
