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
0.000s -> WriteShareGroupState workers: orders-0 start 1
0.000s -> WriteShareGroupState workers: orders-0 start 2
0.000s -> WriteShareGroupState workers: orders-0 start 3
0.000s -> WriteShareGroupState workers: orders-0 start 4
