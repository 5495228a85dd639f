# In 4.0 a state is made as its leader reads it for the first time.
# Kafka: ShareCoordinatorShard.readStateAndMaybeUpdateLeaderEpoch (share-coordinator, 4.0)

given version=4.0
read 0 leader=0
pass 10ms
write 0 start=5
pass 10ms
----
0.000s -> ReadShareGroupState workers: orders-0
    append snapshot 0 of workers orders-0 for leader epoch 0, state epoch 0
    group workers begins with orders-0, where share.auto.offset.reset says
0.010s <- ReadShareGroupState answered: orders-0 start -1
0.010s -> WriteShareGroupState workers: orders-0 start 5
    append update of workers orders-0 from 5 for leader epoch 0
0.020s <- WriteShareGroupState answered: orders-0
