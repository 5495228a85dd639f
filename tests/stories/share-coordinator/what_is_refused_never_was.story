# A write that the log refuses is taken back, and whoever has asked hears of it.
# Kafka: CoordinatorRuntime.failCurrentBatch, CoordinatorOperationExceptionHelper (coordinator-common)

given
init 0 state=1
log refuses NOT_ENOUGH_REPLICAS
write 0 state=1 start=5
log replicates
read 0 leader=0
----
0.000s -> InitializeShareGroupState workers: orders-0 from -1 (state epoch 1)
    append snapshot 0 of workers orders-0 for leader epoch 0, state epoch 1
    group workers begins with orders-0, where share.auto.offset.reset says
0.000s <- InitializeShareGroupState answered: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start 5
    append update of workers orders-0 from 5 for leader epoch 0
0.000s <- WriteShareGroupState answered: orders-0 COORDINATOR_NOT_AVAILABLE
0.000s -> ReadShareGroupState workers: orders-0
0.000s <- ReadShareGroupState answered: orders-0 start -1
