# In 4.1 after twice offsets.commit.timeout.ms.
# Kafka: GroupMetadataManager.subscribedTopicsChangeMap (group-coordinator, 4.1)

given version=4.1
share-join a
until 9s
share-beat a
until 11s
share-beat a
pass 5ms
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    timer session of a#1 at 45.000s
    timer linger at 0.005s
    timer write timeout at 5.000s
0.005s timer linger
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
5.000s timer write timeout
9.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 1
    timer session of a#1 at 54.000s
    a <- ShareGroupHeartbeat answered: a#1 at epoch 1
11.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 1
    timer session of a#1 at 56.000s
    timer linger at 11.005s
    timer write timeout at 16.000s
11.005s timer linger
    append billing states: initializing orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    a <- ShareGroupHeartbeat answered: a#1 at epoch 1
    persister initialize orders-0@-1 in epoch 1, orders-1@-1 in epoch 1, orders-2@-1 in epoch 1, orders-3@-1 in epoch 1, orders-4@-1 in epoch 1, orders-5@-1 in epoch 1
