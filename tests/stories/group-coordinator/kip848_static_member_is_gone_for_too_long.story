# The session of a static member that has gone goes on; who does not come back in time is removed.
# Kafka: GroupMetadataManager.consumerGroupFenceMemberOperation (group-coordinator)

given
client a instance=one
quiet
enroll a
pass 5ms
until 10s
quit a away
pass 5ms
aloud
until 60s
describe
----
15.000s timer write timeout
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
50.000s timer write timeout
Empty, generation 2, assignment epoch 1, uniform

reborn a
enroll a
pass 5ms
describe
----
60.000s a -> ConsumerGroupHeartbeat billing as a#2 of instance one at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of a#2 at 105.000s
    timer linger at 60.005s
    timer write timeout at 65.000s
60.005s timer linger
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
Stable, generation 3, assignment epoch 3, uniform
    a has [0,1,2,3,4,5], epoch 3, STABLE, is to have [0,1,2,3,4,5]
