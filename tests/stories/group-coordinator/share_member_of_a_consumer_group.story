# A consumer group stays one, even without members.
# Kafka: GroupMetadataManager.getOrMaybeCreateShareGroup (group-coordinator)

given version=4.2
quiet
enroll a
aloud
share-join b
quit a
share-join b
----
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders
    group billing answers a heartbeat of b with GROUP_ID_NOT_FOUND
    b <- ShareGroupHeartbeat answered: GROUP_ID_NOT_FOUND
0.000s timer linger
    append billing: member a#1 subscribes to orders
           billing: group epoch 1, hash of orders 6
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
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch -1
    no timer session of a#1
    timer linger at 0.000s
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders
    group billing answers a heartbeat of b with GROUP_ID_NOT_FOUND
    b <- ShareGroupHeartbeat answered: GROUP_ID_NOT_FOUND
0.000s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: group epoch 2, hash of -
    group billing a has given orders-0 up
    group billing a has given orders-1 up
    group billing a has given orders-2 up
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a leaves
    group billing Empty, generation 2, 0 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch -1
