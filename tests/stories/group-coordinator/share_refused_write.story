# A member whose records the log refuses has not joined.
# Kafka: CoordinatorRuntime.failCurrentBatch (coordinator-common)

given version=4.2
log refuses NOT_ENOUGH_REPLICAS
share-join a
describe
log replicates
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
    (refused)
    no timer session of a#1
    group billing answers a heartbeat of a with COORDINATOR_NOT_AVAILABLE
    a <- ShareGroupHeartbeat answered: COORDINATOR_NOT_AVAILABLE
there is no group
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    timer session of a#1 at 45.000s
    timer linger at 0.000s
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
