# With share.acquire.mode=record_limit a fetch acquires no more than max.poll.records; the rest of the batch is available. Before 4.2 nobody asks.
# Kafka: SharePartition.createBatches (core), ShareAcquireMode (server); KIP-1206

given share.auto.offset.reset=earliest
append 10
fetch m1 max=3 mode=record_limit
fetch m2 max=4 mode=record_limit
look
fetch m1 max=9 mode=record_limit 0-2=ACCEPT
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-2 (1)
0.000s   m1 <- ShareFetch [0]: 0-2 (1) of 10 records
0.000s m2 acquires 3-6 (1)
0.000s   m2 <- ShareFetch [0]: 3-6 (1) of 10 records
  orders-0: start 0, end 9, done with 0
    0-2 ACQUIRED (1) by m1 until 30.000s
    3-6 ACQUIRED (1) by m2 until 30.000s
    7-9 AVAILABLE (0)
0.000s m1 acquires 7-9 (1)
0.000s   persister <- start 0, done with 3: 0-2 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0-2
0.000s start 3
0.000s   m1 <- ShareFetch [0]: 7-9 (1) of 10 records
  orders-0: start 3, end 9, done with 0
    0-2 ACKNOWLEDGED (1)
    3-6 ACQUIRED (1) by m2 until 30.000s
    7-9 ACQUIRED (1) by m1 until 30.000s

given version=4.1 share.auto.offset.reset=earliest
append 10
fetch m1 max=3 mode=record_limit
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-9 (1)
0.000s   m1 <- ShareFetch [0]: 0-9 (1) of 10 records
