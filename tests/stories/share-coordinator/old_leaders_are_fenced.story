# Who leads no more cannot read and cannot write; whose state epoch is old cannot write.
# Kafka: ShareCoordinatorShard.maybeGetReadStateError, maybeGetWriteStateError (share-coordinator)

given
init 0 state=3
read 0 leader=7
read 0 leader=6
write 0 leader=6 state=3 start=5
init 0 state=4 start=2
write 0 leader=7 state=3 start=5
init 0 state=3
----
0.000s -> InitializeShareGroupState workers: orders-0 from -1 (state epoch 3)
    append snapshot 0 of workers orders-0 for leader epoch 0, state epoch 3
    group workers begins with orders-0, where share.auto.offset.reset says
0.000s <- InitializeShareGroupState answered: orders-0
0.000s -> ReadShareGroupState workers: orders-0
    append update of workers orders-0 for leader epoch 7
0.000s <- ReadShareGroupState answered: orders-0 start -1
0.000s -> ReadShareGroupState workers: orders-0
0.000s <- ReadShareGroupState answered: orders-0 FENCED_LEADER_EPOCH
0.000s -> WriteShareGroupState workers: orders-0 start 5
0.000s <- WriteShareGroupState answered: orders-0 FENCED_LEADER_EPOCH
0.000s -> InitializeShareGroupState workers: orders-0 from 2 (state epoch 4)
    append snapshot 1 of workers orders-0 from 2 for leader epoch 0 (0 done), state epoch 4
    group workers begins with orders-0 at 2
0.000s <- InitializeShareGroupState answered: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start 5
0.000s <- WriteShareGroupState answered: orders-0 FENCED_STATE_EPOCH
0.000s -> InitializeShareGroupState workers: orders-0 from -1 (state epoch 3)
0.000s <- InitializeShareGroupState answered: orders-0 FENCED_STATE_EPOCH
