# Everybody is at the group epoch with the next heartbeat: nobody has anything to give up. Who leaves, or is silent for
# group.share.session.timeout.ms, is out.
# Kafka: GroupMetadataManager.shareGroupFenceMember (group-coordinator)

given version=4.2
share-join a
persisted ok
share-join b
share-beat a
describe
share-quit a
share-beat b
describe
until 60s
describe
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    timer session of a#1 at 45.000s
    timer linger at 0.000s
    timer write timeout at 5.000s
0.000s timer linger
    append billing member a#1 subscribes to orders
           billing group epoch 1, hash of orders 6
           billing a#1 is to have -
           billing assignment epoch 1
           billing a#1 at epoch 1 (before: 0)
           billing states: initializing orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a joins
    group billing a is at epoch 1, STABLE, has 0
    group billing Stable, generation 1, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 1, fetches from -
    persister initialize orders-0@-1 in epoch 1, orders-1@-1 in epoch 1, orders-2@-1 in epoch 1, orders-3@-1 in epoch 1, orders-4@-1 in epoch 1, orders-5@-1 in epoch 1
0.000s persister: done
    timer linger at 0.000s
0.000s timer linger
    append billing states: initialized orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders
    timer session of b#1 at 45.000s
    timer linger at 0.000s
0.000s timer linger
    append billing member b#1 subscribes to orders
           billing group epoch 2, hash of orders 6
           billing a#1 is to have orders-0, orders-2, orders-4
           billing b#1 is to have orders-1, orders-3, orders-5
           billing assignment epoch 2
           billing b#1 at epoch 2 (before: 0) has orders-1, orders-3, orders-5
    group billing b joins
    group billing b is at epoch 2, STABLE, has 3
    group billing gives orders-1 to b (generation 2)
    group billing gives orders-3 to b (generation 2)
    group billing gives orders-5 to b (generation 2)
    group billing Stable, generation 2, 2 members
    b <- ShareGroupHeartbeat answered: b#1 at epoch 2, fetches from orders-1, orders-3, orders-5
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 1
    timer linger at 0.000s
0.000s timer linger
    append billing a#1 at epoch 2 (before: 1) has orders-0, orders-2, orders-4
    group billing a is at epoch 2, STABLE, has 3
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing gives orders-4 to a (generation 2)
    a <- ShareGroupHeartbeat answered: a#1 at epoch 2, fetches from orders-0, orders-2, orders-4
Stable, generation 2, assignment epoch 2
    a has [0,2,4], epoch 2, is to have [0,2,4]
    b has [1,3,5], epoch 2, is to have [1,3,5]
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch -1
    no timer session of a#1
    timer linger at 0.000s
0.000s timer linger
    append billing a#1 has nothing
           billing a#1 is to have nothing
           billing a#1 is no member
           billing group epoch 3, hash of orders 6
    group billing a has given orders-0 up
    group billing a has given orders-2 up
    group billing a has given orders-4 up
    group billing a leaves
    group billing Stable, generation 3, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch -1
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 2
    timer linger at 0.000s
0.000s timer linger
    append billing group epoch 4, hash of orders 6
           billing b#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing assignment epoch 4
           billing b#1 at epoch 4 (before: 2) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing b is at epoch 4, STABLE, has 6
    group billing gives orders-0 to b (generation 4)
    group billing gives orders-2 to b (generation 4)
    group billing gives orders-4 to b (generation 4)
    group billing Stable, generation 4, 1 members
    b <- ShareGroupHeartbeat answered: b#1 at epoch 4, fetches from orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
Stable, generation 4, assignment epoch 4
    b has [0,1,2,3,4,5], epoch 4, is to have [0,1,2,3,4,5]
5.000s timer write timeout
45.000s timer session of b#1
    timer linger at 45.000s
    timer write timeout at 50.000s
45.000s timer linger
    append billing b#1 has nothing
           billing b#1 is to have nothing
           billing b#1 is no member
           billing group epoch 5, hash of -
    group billing b has given orders-0 up
    group billing b has given orders-1 up
    group billing b has given orders-2 up
    group billing b has given orders-3 up
    group billing b has given orders-4 up
    group billing b has given orders-5 up
    group billing b is removed: session.timeout.ms without a heartbeat
    group billing Empty, generation 5, 0 members
50.000s timer write timeout
Empty, generation 5, assignment epoch 4
