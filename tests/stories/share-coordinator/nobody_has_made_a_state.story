# Since 4.1 nobody reads or writes a state that nobody has made.
# Kafka: ShareCoordinatorShard.READ_UNINITIALIZED_SHARE_PARTITION, WRITE_UNINITIALIZED_SHARE_PARTITION (share-coordinator)

given
read 0 leader=0
write 0 start=5
summary 0
delete 0
----
0.000s -> ReadShareGroupState workers: orders-0
0.000s <- ReadShareGroupState answered: orders-0 INVALID_REQUEST
0.000s -> WriteShareGroupState workers: orders-0 start 5
0.000s <- WriteShareGroupState answered: orders-0 INVALID_REQUEST
0.000s -> ReadShareGroupStateSummary workers: orders-0
0.000s <- ReadShareGroupStateSummary answered: orders-0 start -1
0.000s -> DeleteShareGroupState workers: orders-0
0.000s <- DeleteShareGroupState answered: orders-0
