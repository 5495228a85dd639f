# No new records are delivered while share.partition.max.record.locks are in flight; what was released is. Before 4.2 a fetch that begins below the bound may pass it by all that it reads.
# Kafka: SharePartition.canAcquireRecords, lastOffsetAndMaxRecordsToAcquire (core); KAFKA-19555

given version=4.2 share.auto.offset.reset=earliest group.share.partition.max.record.locks=100
append 40 40 40 40
fetch m1 max=80
fetch m2
fetch m3
pass 1s
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-79 (1)
0.000s   m1 <- ShareFetch [0]: 0-79 (1) of 80 records
0.000s m2 acquires 80-119 (1)
0.000s   m2 <- ShareFetch [0]: 80-119 (1) of 40 records
0.500s   m3 <- ShareFetch
  orders-0: start 0, end 119, done with 0
    0-79 ACQUIRED (1) by m1 until 30.000s
    80-119 ACQUIRED (1) by m2 until 30.000s

acknowledge m1 10-19=RELEASE
fetch m3
acknowledge m1 0-9=ACCEPT
fetch m1
pass 1s
----
1.000s   persister <- start 0, done with 0: 10-19 AVAILABLE (1)
1.000s m1 RELEASE 10-19
1.000s released 10-19 of m1 (1): Released
1.000s   m1 <- ShareAcknowledge [0]: NONE
1.000s m3 acquires 10-19 (2)
1.000s   m3 <- ShareFetch [0]: 10-19 (2) of 40 records
1.000s   persister <- start 0, done with 10: 0-9 ACKNOWLEDGED (1)
1.000s m1 ACCEPT 0-9
1.000s start 10
1.000s   m1 <- ShareAcknowledge [0]: NONE
1.500s   m1 <- ShareFetch

given version=4.1 share.auto.offset.reset=earliest group.share.partition.max.record.locks=100
append 40 40 40 40
fetch m1 max=80
fetch m2
fetch m3
pass 1s
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-79 (1)
0.000s   m1 <- ShareFetch [0]: 0-79 (1) of 80 records
0.000s m2 acquires 80-159 (1)
0.000s   m2 <- ShareFetch [0]: 80-159 (1) of 80 records
0.500s   m3 <- ShareFetch
  orders-0: start 0, end 159, done with 0
    0-79 ACQUIRED (1) by m1 until 30.000s
    80-159 ACQUIRED (1) by m2 until 30.000s
