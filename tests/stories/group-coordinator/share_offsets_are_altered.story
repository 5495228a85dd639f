# An administrator says where a group begins that has no members: its states are made anew, in the group epoch. A group that does not exist
# is made.
# Kafka: GroupMetadataManager.alterShareGroupOffsets (group-coordinator)

given version=4.2
alter b 0@5 7@3
persisted ok
share-join a
alter b 0@9
share-quit a
alter b 0@9
persisted COORDINATOR_NOT_AVAILABLE
----
0.000s b -> AlterShareGroupOffsets billing: orders-0@5, orders-7@3
    timer linger at 0.000s
    timer write timeout at 5.000s
0.000s timer linger
    append billing states: initializing orders-0
    group billing Empty, generation 0, 0 members
    persister initialize orders-0@5 in epoch 0
0.000s persister: done
    timer linger at 0.000s
    b <- AlterShareGroupOffsets answered: orders-0, orders-7 UNKNOWN_TOPIC_OR_PARTITION
0.000s timer linger
    append billing states: initialized orders-0
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    timer session of a#1 at 45.000s
    timer linger at 0.000s
0.000s timer linger
    append billing member a#1 subscribes to orders
           billing group epoch 1, hash of orders 6
           billing a#1 is to have orders-0
           billing assignment epoch 1
           billing a#1 at epoch 1 (before: 0) has orders-0
           billing states: initializing orders-1, orders-2, orders-3, orders-4, orders-5, initialized orders-0
    group billing a joins
    group billing a is at epoch 1, STABLE, has 1
    group billing gives orders-0 to a (generation 1)
    group billing Stable, generation 1, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 1, fetches from orders-0
    persister initialize orders-1@-1 in epoch 1, orders-2@-1 in epoch 1, orders-3@-1 in epoch 1, orders-4@-1 in epoch 1, orders-5@-1 in epoch 1
0.000s b -> AlterShareGroupOffsets billing: orders-0@9
    b <- AlterShareGroupOffsets answered: NON_EMPTY_GROUP
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch -1
    no timer session of a#1
    timer linger at 0.000s
0.000s timer linger
    append billing a#1 has nothing
           billing a#1 is to have nothing
           billing a#1 is no member
           billing group epoch 2, hash of -
    group billing a has given orders-0 up
    group billing a leaves
    group billing Empty, generation 2, 0 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch -1
0.000s b -> AlterShareGroupOffsets billing: orders-0@9
    timer linger at 0.000s
0.000s timer linger
    append billing states: initializing orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, initialized orders-0
    persister initialize orders-0@9 in epoch 2
0.000s persister: COORDINATOR_NOT_AVAILABLE
    timer linger at 0.000s
0.000s timer linger
    append billing states: initializing orders-0, initialized orders-0
0.000s persister: COORDINATOR_NOT_AVAILABLE
    b <- AlterShareGroupOffsets answered: orders-0 COORDINATOR_NOT_AVAILABLE
