# Nothing is kept of partitions that do not exist; of a request each partition goes its own way.
# Kafka: ShareCoordinatorShard.maybeGetInitializeStateError (share-coordinator)

given
init 1,2 state=1
----
0.000s -> InitializeShareGroupState workers: orders-1 from -1 (state epoch 1), orders-2 from -1 (state epoch 1)
    append snapshot 0 of workers orders-1 for leader epoch 0, state epoch 1
    group workers begins with orders-1, where share.auto.offset.reset says
0.000s <- InitializeShareGroupState answered: orders-1, orders-2 UNKNOWN_TOPIC_OR_PARTITION
