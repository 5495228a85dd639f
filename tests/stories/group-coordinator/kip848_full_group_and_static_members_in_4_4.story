# Since 4.4 a static member may come back to a full group.
# Kafka: GroupMetadataManager.throwIfConsumerGroupIsFull (group-coordinator); KAFKA-20601

given version=4.4 group.consumer.max.size=1
client a instance=one
quiet
enroll a
pass 5ms
quit a away
pass 5ms
reborn a
aloud
enroll a
pass 5ms
----
0.010s a -> ConsumerGroupHeartbeat billing as a#2 of instance one at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of a#2 at 45.010s
    timer linger at 0.010s
0.010s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: member a#2 of instance one subscribes to orders
           billing: a#2 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: a#2 at epoch 0 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: a#2 at epoch 2 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a has given orders-0 up
    group billing a has given orders-1 up
    group billing a has given orders-2 up
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a is back as the static member that it was
    group billing a is at epoch 2, STABLE, has 6
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing gives orders-3 to a (generation 2)
    group billing gives orders-4 to a (generation 2)
    group billing gives orders-5 to a (generation 2)
    group billing Stable, generation 2, 1 members
    a <- ConsumerGroupHeartbeat answered: a#2 at epoch 2, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
