# When the log begins later, what was available below is given up; a member's acknowledgement of what it holds there has no effect, and when its lock runs out the record is given up, too.
# Kafka: SharePartition.updateCacheAndOffsets (core), ShareFetchUtils.processFetchResponse

given share.auto.offset.reset=earliest
append 2 2 2 2 2
fetch m1 batch=2
acknowledge m1 0-1=RELEASE 2-3=RELEASE 6-7=RELEASE
log-start 5
fetch m2
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-1 (1)
0.000s m1 acquires 2-3 (1)
0.000s m1 acquires 4-5 (1)
0.000s m1 acquires 6-7 (1)
0.000s m1 acquires 8-9 (1)
0.000s   m1 <- ShareFetch [0]: 0-1 (1), 2-3 (1), 4-5 (1), 6-7 (1), 8-9 (1) of 10 records
0.000s   persister <- start 0, done with 0: 0-3 AVAILABLE (1) 6-7 AVAILABLE (1)
0.000s m1 RELEASE 0-3
0.000s released 0-3 of m1 (1): Released
0.000s m1 RELEASE 6-7
0.000s released 6-7 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s archived 0-3: LogStart
0.000s start 5
0.000s   m2 <- ShareFetch [0]:  of 0 records
  orders-0: start 5, end 9, done with 0
    0-3 ARCHIVED (1)
    4-5 ACQUIRED (1) by m1 until 30.000s
    6-7 AVAILABLE (1)
    8-9 ACQUIRED (1) by m1 until 30.000s

acknowledge m1 4-5=ACCEPT
look
pass 31s
look
----
0.000s   persister <- start 5, done with 1: 5 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 5
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 5, end 9, done with 1
    4 ACQUIRED (1) by m1 until 30.000s
    5 ACKNOWLEDGED (1)
    6-7 AVAILABLE (1)
    8-9 ACQUIRED (1) by m1 until 30.000s
30.000s archived 4: LogStart
30.000s released 8-9 of m1 (1): LockTimeout
30.000s   persister <- start 5, done with 1: 4 ARCHIVED (1) 8-9 AVAILABLE (1)
30.000s start 6
  orders-0: start 6, end 9, done with 0
    6-9 AVAILABLE (1)

# Before 4.2 only the first batch is given up, and fetches go for the others for ever.
given version=4.1 share.auto.offset.reset=earliest
append 2 2 2 2 2
fetch m1 batch=2
acknowledge m1 0-1=RELEASE 2-3=RELEASE 6-7=RELEASE
log-start 5
fetch m2
fetch m2
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-1 (1)
0.000s m1 acquires 2-3 (1)
0.000s m1 acquires 4-5 (1)
0.000s m1 acquires 6-7 (1)
0.000s m1 acquires 8-9 (1)
0.000s   m1 <- ShareFetch [0]: 0-1 (1), 2-3 (1), 4-5 (1), 6-7 (1), 8-9 (1) of 10 records
0.000s   persister <- start 0, done with -1: 0-3 AVAILABLE (1) 6-7 AVAILABLE (1)
0.000s m1 RELEASE 0-3
0.000s released 0-3 of m1 (1): Released
0.000s m1 RELEASE 6-7
0.000s released 6-7 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s archived 0-1: LogStart
0.000s start 5
0.000s   m2 <- ShareFetch [0]:  of 0 records
0.000s   m2 <- ShareFetch
  orders-0: start 5, end 9, done with 0
    0-1 ARCHIVED (1)
    2-3 AVAILABLE (1)
    4-5 ACQUIRED (1) by m1 until 30.000s
    6-7 AVAILABLE (1)
    8-9 ACQUIRED (1) by m1 until 30.000s
