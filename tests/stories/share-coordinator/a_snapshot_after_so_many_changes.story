# After share.coordinator.snapshot.update.records.per.snapshot changes the state is written whole again, with what they have changed.
# Kafka: ShareCoordinatorShard.generateShareStateRecord (share-coordinator)

given share.coordinator.snapshot.update.records.per.snapshot=2
init 0 state=1
write 0 state=1 start=0 0-4:AVAILABLE:1
write 0 state=1 2-3:ACKNOWLEDGED:1
write 0 state=1 start=2 4-4:ARCHIVED:5
write 0 state=1 start=5
----
0.000s -> InitializeShareGroupState workers: orders-0 from -1 (state epoch 1)
    append snapshot 0 of workers orders-0 for leader epoch 0, state epoch 1
    group workers begins with orders-0, where share.auto.offset.reset says
0.000s <- InitializeShareGroupState answered: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start 0 AVAILABLE 0-4 x1
    append update of workers orders-0 from 0 for leader epoch 0: 0-4 AVAILABLE x1
0.000s <- WriteShareGroupState answered: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start -1 ACKNOWLEDGED 2-3 x1
    append update of workers orders-0 for leader epoch 0: 2-3 ACKNOWLEDGED x1
0.000s <- WriteShareGroupState answered: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start 2 ARCHIVED 4 x5
    append snapshot 1 of workers orders-0 from 2 for leader epoch 0, state epoch 1: 2-3 ACKNOWLEDGED x1, 4-4 ARCHIVED x5
0.000s <- WriteShareGroupState answered: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start 5
    append update of workers orders-0 from 5 for leader epoch 0
0.000s <- WriteShareGroupState answered: orders-0
