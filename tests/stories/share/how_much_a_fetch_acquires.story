# A fetch acquires whole batches up to max.poll.records, in entries that begin where batches do. 4.0 acquires all that it reads, as one.
# Kafka: SharePartition.acquireNewBatchRecords, createBatches (core); KAFKA-19018

given share.auto.offset.reset=earliest
append 4 4 4 4
fetch m1 max=6 batch=4
fetch m1 max=500 batch=5
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s m1 acquires 4-7 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1), 4-7 (1) of 8 records
0.000s m1 acquires 8-15 (1)
0.000s   m1 <- ShareFetch [0]: 8-15 (1) of 8 records
  orders-0: start 0, end 15, done with 0
    0-15 ACQUIRED (1) by m1 until 30.000s

given version=4.0 share.auto.offset.reset=earliest
append 4 4 4 4
fetch m1 max=6 batch=4
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-15 (1)
0.000s   m1 <- ShareFetch [0]: 0-15 (1) of 16 records
  orders-0: start 0, end 15, done with 0
    0-15 ACQUIRED (1) by m1 until 30.000s
