# A state is made, its leader reads it and is known from then on, and writes what members have said.
# Kafka: ShareCoordinatorShard.initializeState, readStateAndMaybeUpdateLeaderEpoch, writeState (share-coordinator)

given
init 0 state=3
read 0 leader=7
write 0 leader=7 state=3 start=0 done=2 1-2:ACKNOWLEDGED:1
read 0 leader=7
summary 0
----
0.000s -> InitializeShareGroupState workers: orders-0 from -1 (state epoch 3)
    append snapshot 0 of workers orders-0 for leader epoch 0, state epoch 3
    group workers begins with orders-0, where share.auto.offset.reset says
0.000s <- InitializeShareGroupState answered: orders-0
0.000s -> ReadShareGroupState workers: orders-0
    append update of workers orders-0 for leader epoch 7
0.000s <- ReadShareGroupState answered: orders-0 start -1
0.000s -> WriteShareGroupState workers: orders-0 start 0 ACKNOWLEDGED 1-2 x1
    append update of workers orders-0 from 0 for leader epoch 7 (2 done): 1-2 ACKNOWLEDGED x1
0.000s <- WriteShareGroupState answered: orders-0
0.000s -> ReadShareGroupState workers: orders-0
0.000s <- ReadShareGroupState answered: orders-0 start 0 ACKNOWLEDGED 1-2 x1
0.000s -> ReadShareGroupStateSummary workers: orders-0
0.000s <- ReadShareGroupStateSummary answered: orders-0 start 0
