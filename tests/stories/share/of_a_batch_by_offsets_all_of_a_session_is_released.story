# Where a batch is kept by offset, all that a member holds of it is released with its session; before 4.2 only up to the first offset that somebody else holds.
# Kafka: SharePartition.releaseAcquiredRecordsForPerOffsetBatch (core); KAFKA-19953

given share.auto.offset.reset=earliest
append 6
fetch m1
acknowledge m1 2-3=RELEASE
fetch m2
acknowledge m1 epoch=final
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-5 (1)
0.000s   m1 <- ShareFetch [0]: 0-5 (1) of 6 records
0.000s   persister <- start 0, done with 0: 2-3 AVAILABLE (1)
0.000s m1 RELEASE 2-3
0.000s released 2-3 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m2 acquires 2-3 (2)
0.000s   m2 <- ShareFetch [0]: 2-3 (2) of 6 records
0.000s   m1 <- ShareAcknowledge
0.000s   persister <- start 0, done with 0: 0-1 AVAILABLE (1) 4-5 AVAILABLE (1)
0.000s released 0-1 of m1 (1): SessionClosed
0.000s released 4-5 of m1 (1): SessionClosed
  orders-0: start 0, end 5, done with 0
    0-1 AVAILABLE (1)
    2-3 ACQUIRED (2) by m2 until 30.000s
    4-5 AVAILABLE (1)

given version=4.1 share.auto.offset.reset=earliest
append 6
fetch m1
acknowledge m1 2-3=RELEASE
fetch m2
acknowledge m1 epoch=final
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-5 (1)
0.000s   m1 <- ShareFetch [0]: 0-5 (1) of 6 records
0.000s   persister <- start 0, done with -1: 2-3 AVAILABLE (1)
0.000s m1 RELEASE 2-3
0.000s released 2-3 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m2 acquires 2-3 (2)
0.000s   m2 <- ShareFetch [0]: 2-3 (2) of 6 records
0.000s   m1 <- ShareAcknowledge
0.000s   persister <- start 0, done with -1: 0-1 AVAILABLE (0)
0.000s released 0-1 of m1 (0): SessionClosed
  orders-0: start 0, end 5, done with 0
    0-1 AVAILABLE (0)
    2-3 ACQUIRED (2) by m2 until 30.000s
    4-5 ACQUIRED (1) by m1 until 30.000s
