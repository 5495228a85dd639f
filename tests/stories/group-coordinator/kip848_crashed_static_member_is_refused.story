# A static member that crashed cannot come back until its session is over: unlike in a classic group, the newcomer is refused.
# Kafka: GroupMetadataManager.throwIfInstanceIdIsUnreleased (group-coordinator)

given
client a instance=one
quiet
enroll a
pass 5ms
aloud
until 20s
reborn a
enroll a
until 46s
enroll a
pass 5ms
----
5.000s timer write timeout
20.000s a -> ConsumerGroupHeartbeat billing as a#2 of instance one at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    group billing answers a heartbeat of a with UNRELEASED_INSTANCE_ID
    a <- ConsumerGroupHeartbeat answered: UNRELEASED_INSTANCE_ID
45.000s timer session of a#1
    timer linger at 45.005s
    timer write timeout at 50.000s
45.005s timer linger
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
    group billing a is removed: session.timeout.ms without a heartbeat
    group billing Empty, generation 2, 0 members
46.000s a -> ConsumerGroupHeartbeat billing as a#2 of instance one at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of a#2 at 91.000s
    timer linger at 46.005s
46.005s timer linger
    append billing: member a#2 of instance one subscribes to orders
           billing: partitions of orders 6
           billing: group epoch 3
           billing: a#2 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 3
           billing: a#2 at epoch 3 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a joins
    group billing assigns for epoch 3 (uniform)
    group billing a is at epoch 3, STABLE, has 6
    group billing gives orders-0 to a (generation 3)
    group billing gives orders-1 to a (generation 3)
    group billing gives orders-2 to a (generation 3)
    group billing gives orders-3 to a (generation 3)
    group billing gives orders-4 to a (generation 3)
    group billing gives orders-5 to a (generation 3)
    group billing Stable, generation 3, 1 members
    a <- ConsumerGroupHeartbeat answered: a#2 at epoch 3, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
