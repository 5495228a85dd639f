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
0.000s -> ReadShareGroupState workers: orders-0
0.000s -> WriteShareGroupState workers: orders-0 start 0 ACKNOWLEDGED 1-2 x1
0.000s -> ReadShareGroupState workers: orders-0
0.000s -> ReadShareGroupStateSummary workers: orders-0
