# Who waits for a write is told that the coordinator is another one now.
# Kafka: CoordinatorRuntime.CoordinatorContext.unload (coordinator-common)

given
log lags
init 0 state=1
resign
read 0 leader=0
----
0.000s -> InitializeShareGroupState workers: orders-0 from -1 (state epoch 1)
    append snapshot 0 of workers orders-0 for leader epoch 0, state epoch 1
0.000s resigned
    broker 1 coordinates __share_group_state-0 no more
0.000s <- InitializeShareGroupState answered: orders-0 NOT_COORDINATOR
0.000s -> ReadShareGroupState workers: orders-0
0.000s <- ReadShareGroupState answered: orders-0 NOT_COORDINATOR
