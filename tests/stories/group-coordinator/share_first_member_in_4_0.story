# In 4.0 partitions are assigned at once, all to everybody.
# Kafka: GroupMetadataManager.shareGroupHeartbeat, SimpleAssignor (group-coordinator, 4.0)

given version=4.0
share-join a
pass 5ms
share-join b
pass 5ms
share-beat a
pass 5ms
describe
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    timer session of a#1 at 45.000s
    timer linger at 0.005s
    timer write timeout at 5.000s
0.005s timer linger
    append billing member a#1 subscribes to orders
           billing partitions of orders 6
           billing group epoch 1
           billing a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing assignment epoch 1
           billing a#1 at epoch 1 (before: 0) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a joins
    group billing a is at epoch 1, STABLE, has 6
    group billing gives orders-0 to a (generation 1)
    group billing gives orders-1 to a (generation 1)
    group billing gives orders-2 to a (generation 1)
    group billing gives orders-3 to a (generation 1)
    group billing gives orders-4 to a (generation 1)
    group billing gives orders-5 to a (generation 1)
    group billing Stable, generation 1, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 1, fetches from orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.005s b -> ShareGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders
    timer session of b#1 at 45.005s
    timer linger at 0.010s
0.010s timer linger
    append billing member b#1 subscribes to orders
           billing group epoch 2
           billing b#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing assignment epoch 2
           billing b#1 at epoch 2 (before: 0) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing b joins
    group billing b is at epoch 2, STABLE, has 6
    group billing gives orders-0 to b (generation 2)
    group billing gives orders-1 to b (generation 2)
    group billing gives orders-2 to b (generation 2)
    group billing gives orders-3 to b (generation 2)
    group billing gives orders-4 to b (generation 2)
    group billing gives orders-5 to b (generation 2)
    group billing Stable, generation 2, 2 members
    b <- ShareGroupHeartbeat answered: b#1 at epoch 2, fetches from orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.010s a -> ShareGroupHeartbeat billing as a#1 at epoch 1
    timer session of a#1 at 45.010s
    timer linger at 0.015s
0.015s timer linger
    append billing a#1 at epoch 2 (before: 1) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a is at epoch 2, STABLE, has 6
    a <- ShareGroupHeartbeat answered: a#1 at epoch 2
Stable, generation 2, assignment epoch 2
    a has [0,1,2,3,4,5], epoch 2, is to have [0,1,2,3,4,5]
    b has [0,1,2,3,4,5], epoch 2, is to have [0,1,2,3,4,5]
