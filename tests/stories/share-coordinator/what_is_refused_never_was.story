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
0.000s -> WriteShareGroupState workers: orders-0 start 5
0.000s -> ReadShareGroupState workers: orders-0
