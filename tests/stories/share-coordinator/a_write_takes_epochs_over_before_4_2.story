# Before 4.2 a write of a newer leader, or of a newer state epoch, is taken over.
# Kafka: ShareCoordinatorShard.generateShareStateRecord (share-coordinator, 4.1)

given version=4.1
init 0 state=1
pass 5ms
write 0 leader=4 state=1 start=5
pass 5ms
write 0 leader=4 state=2 start=6
pass 5ms
----
0.000s -> InitializeShareGroupState workers: orders-0 from -1 (state epoch 1)
    append snapshot 0 of workers orders-0 for leader epoch 0, state epoch 1
    group workers begins with orders-0, where share.auto.offset.reset says
0.005s <- InitializeShareGroupState answered: orders-0
0.005s -> WriteShareGroupState workers: orders-0 start 5
    append update of workers orders-0 from 5 for leader epoch 4
0.010s <- WriteShareGroupState answered: orders-0
0.010s -> WriteShareGroupState workers: orders-0 start 6
    append snapshot 1 of workers orders-0 from 6 for leader epoch 4, state epoch 2
    group workers begins with orders-0 at 6
0.015s <- WriteShareGroupState answered: orders-0
