# What is written is answered when it is replicated, or when it takes too long; it may take effect later.
# Kafka: ShareCoordinatorService.writeState, share.coordinator.write.timeout.ms (share-coordinator)

given
log lags
init 0,1 state=1
pass 5s
replicate
read 0 leader=0
replicate
----
0.000s -> InitializeShareGroupState workers: orders-0 from -1 (state epoch 1), orders-1 from -1 (state epoch 1)
    append snapshot 0 of workers orders-0 for leader epoch 0, state epoch 1
    append snapshot 0 of workers orders-1 for leader epoch 0, state epoch 1
5.000s <- InitializeShareGroupState answered: orders-0 COORDINATOR_NOT_AVAILABLE, orders-1 COORDINATOR_NOT_AVAILABLE
5.000s high watermark 2
    group workers begins with orders-0, where share.auto.offset.reset says
    group workers begins with orders-1, where share.auto.offset.reset says
5.000s -> ReadShareGroupState workers: orders-0
5.000s <- ReadShareGroupState answered: orders-0 start -1
5.000s high watermark 2
