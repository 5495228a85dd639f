# A share fetch rotates the partitions of its session by its epoch, and in the session whatever returned records goes last; in 4.0 only the latter.
# Kafka: PartitionRotateStrategy (server); KAFKA-17951

given share.auto.offset.reset=earliest
append 1 1 1 1
append 1 1 1 1 other=yes
fetch m1 partitions=2 max=1
fetch m1 max=1
fetch m1 max=1
fetch m1 max=1
----
0.000s   persister <- read for epoch 0
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0 (1)
0.000s   m1 <- ShareFetch [0]: 0 (1) of 1 records
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0 (1)
0.000s   m1 <- ShareFetch [1]: 0 (1) of 1 records
0.000s m1 acquires 1 (1)
0.000s   m1 <- ShareFetch [0]: 1 (1) of 1 records
0.000s m1 acquires 2 (1)
0.000s   m1 <- ShareFetch [0]: 2 (1) of 1 records

given version=4.0 share.auto.offset.reset=earliest
append 1 1 1 1
append 1 1 1 1 other=yes
fetch m1 partitions=2 bytes=200 wait=0s
fetch m1 bytes=200
fetch m1 bytes=200
----
0.000s   m1 <- ShareFetch
0.000s   persister <- read for epoch 0
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0 (1)
0.000s   m1 <- ShareFetch [0]: 0 (1) of 1 records
0.000s m1 acquires 0 (1)
0.000s   m1 <- ShareFetch [1]: 0 (1) of 1 records
