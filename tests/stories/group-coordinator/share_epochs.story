# The epoch before is accepted, as an answer may have been lost; any other is fenced. Who joins anew with epoch 0 is welcome.
# Kafka: GroupMetadataManager.throwIfShareGroupMemberEpochIsInvalid (group-coordinator)

given version=4.2
share-join a
persisted ok
share-beat a
share-beat a epoch=1
share-beat a epoch=9
share-join b epoch=5
share-join a
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
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 1
    timer linger at 0.000s
0.000s timer linger
    append billing group epoch 2, hash of orders 6
           billing a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing assignment epoch 2
           billing a#1 at epoch 2 (before: 1) has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a is at epoch 2, STABLE, has 6
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing gives orders-3 to a (generation 2)
    group billing gives orders-4 to a (generation 2)
    group billing gives orders-5 to a (generation 2)
    group billing Stable, generation 2, 1 members
    a <- ShareGroupHeartbeat answered: a#1 at epoch 2, fetches from orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 1
    a <- ShareGroupHeartbeat answered: a#1 at epoch 2
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 9
    group billing answers a heartbeat of a with FENCED_MEMBER_EPOCH
    a <- ShareGroupHeartbeat answered: FENCED_MEMBER_EPOCH
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 5, subscribed to orders
    group billing answers a heartbeat of b with UNKNOWN_MEMBER_ID
    b <- ShareGroupHeartbeat answered: UNKNOWN_MEMBER_ID
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    a <- ShareGroupHeartbeat answered: a#1 at epoch 2, fetches from orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
