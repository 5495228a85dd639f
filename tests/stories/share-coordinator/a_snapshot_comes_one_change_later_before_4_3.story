# Before 4.3 the first change does not count.
# Kafka: ShareCoordinatorShard.handleShareUpdate (share-coordinator)

given version=4.2 share.coordinator.snapshot.update.records.per.snapshot=2
init 0 state=1
write 0 state=1 start=1
write 0 state=1 start=2
write 0 state=1 start=3
write 0 state=1 start=4
----
0.000s -> InitializeShareGroupState workers: orders-0 from -1 (state epoch 1)
    append snapshot 0 of workers orders-0 for leader epoch 0, state epoch 1
    group workers begins with orders-0, where share.auto.offset.reset says
0.000s <- InitializeShareGroupState answered: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start 1
    append update of workers orders-0 from 1 for leader epoch 0
0.000s <- WriteShareGroupState answered: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start 2
    append update of workers orders-0 from 2 for leader epoch 0
0.000s <- WriteShareGroupState answered: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start 3
    append update of workers orders-0 from 3 for leader epoch 0
0.000s <- WriteShareGroupState answered: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start 4
    append snapshot 1 of workers orders-0 from 4 for leader epoch 0, state epoch 1
0.000s <- WriteShareGroupState answered: orders-0
