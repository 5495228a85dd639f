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
Stable, generation 1, assignment epoch 1
    a has [], epoch 1, is to have []
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
