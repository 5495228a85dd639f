# Whoever takes over knows the states, and who has read them.
# Kafka: ShareCoordinatorShard.replay (share-coordinator)

given
init 0,1 state=1
read 0 leader=2
write 0 leader=2 state=1 start=4 5-6:ACKNOWLEDGED:1
delete 1
failover
read 0 leader=1
read 0 leader=2
read 1 leader=0
----
0.000s -> InitializeShareGroupState workers: orders-0 from -1 (state epoch 1), orders-1 from -1 (state epoch 1)
    append snapshot 0 of workers orders-0 for leader epoch 0, state epoch 1
    append snapshot 0 of workers orders-1 for leader epoch 0, state epoch 1
    group workers begins with orders-0, where share.auto.offset.reset says
    group workers begins with orders-1, where share.auto.offset.reset says
0.000s <- InitializeShareGroupState answered: orders-0, orders-1
0.000s -> ReadShareGroupState workers: orders-0
    append update of workers orders-0 for leader epoch 2
0.000s <- ReadShareGroupState answered: orders-0 start -1
0.000s -> WriteShareGroupState workers: orders-0 start 4 ACKNOWLEDGED 5-6 x1
    append update of workers orders-0 from 4 for leader epoch 2: 5-6 ACKNOWLEDGED x1
0.000s <- WriteShareGroupState answered: orders-0
0.000s -> DeleteShareGroupState workers: orders-1
    append workers orders-1 has no state
0.000s <- DeleteShareGroupState answered: orders-1
    broker 2 coordinates __share_group_state-0 now (epoch 1)
0.000s -> ReadShareGroupState workers: orders-0
0.000s <- ReadShareGroupState answered: orders-0 FENCED_LEADER_EPOCH
0.000s -> ReadShareGroupState workers: orders-0
0.000s <- ReadShareGroupState answered: orders-0 start 4 ACKNOWLEDGED 5-6 x1
0.000s -> ReadShareGroupState workers: orders-1
0.000s <- ReadShareGroupState answered: orders-1 INVALID_REQUEST
