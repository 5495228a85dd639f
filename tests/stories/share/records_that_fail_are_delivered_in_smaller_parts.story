# From half of the deliveries on, fewer and fewer records of a batch are delivered together, and each goes alone with its last delivery: so one that cannot be processed does not cost the others theirs. Before 4.2 the whole batch is given up.
# Kafka: SharePartition.shouldThrottleRecordsDelivery, acquireSubsetBatchRecords (core); KAFKA-17541

given share.auto.offset.reset=earliest
append 8
fetch m1
acknowledge m1 0-7=RELEASE
fetch m1
acknowledge m1 0-7=RELEASE
fetch m1
acknowledge m1 0-7=RELEASE
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-7 (1)
0.000s   m1 <- ShareFetch [0]: 0-7 (1) of 8 records
0.000s   persister <- start 0, done with 0: 0-7 AVAILABLE (1)
0.000s m1 RELEASE 0-7
0.000s released 0-7 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 0-7 (2)
0.000s   m1 <- ShareFetch [0]: 0-7 (2) of 8 records
0.000s   persister <- start 0, done with 0: 0-7 AVAILABLE (2)
0.000s m1 RELEASE 0-7
0.000s released 0-7 of m1 (2): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 0-7 (3)
0.000s   m1 <- ShareFetch [0]: 0-7 (3) of 8 records
0.000s   persister <- start 0, done with 0: 0-7 AVAILABLE (3)
0.000s m1 RELEASE 0-7
0.000s released 0-7 of m1 (3): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE

fetch m1
acknowledge m1 0-3=RELEASE
fetch m1
acknowledge m1 0=RELEASE
fetch m1
look
----
0.000s m1 acquires 0-3 (4)
0.000s   m1 <- ShareFetch [0]: 0-3 (4) of 8 records
0.000s   persister <- start 0, done with 0: 0-3 AVAILABLE (4)
0.000s m1 RELEASE 0-3
0.000s released 0-3 of m1 (4): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 0 (5)
0.000s   m1 <- ShareFetch [0]: 0 (5) of 8 records
0.000s   persister <- start 0, done with 1: 0 ARCHIVED (5)
0.000s m1 RELEASE 0
0.000s archived 0: DeliveryLimit
0.000s start 1
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 1 (5)
0.000s   m1 <- ShareFetch [0]: 1 (5) of 8 records
  orders-0: start 1, end 7, done with 0
    0 ARCHIVED (5)
    1 ACQUIRED (5) by m1 until 30.000s
    2-3 AVAILABLE (4)
    4-7 AVAILABLE (3)

given version=4.1 share.auto.offset.reset=earliest
append 8
fetch m1
acknowledge m1 0-7=RELEASE
fetch m1
acknowledge m1 0-7=RELEASE
fetch m1
acknowledge m1 0-7=RELEASE
fetch m1
acknowledge m1 0-7=RELEASE
fetch m1
acknowledge m1 0-7=RELEASE
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-7 (1)
0.000s   m1 <- ShareFetch [0]: 0-7 (1) of 8 records
0.000s   persister <- start 0, done with -1: 0-7 AVAILABLE (1)
0.000s m1 RELEASE 0-7
0.000s released 0-7 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 0-7 (2)
0.000s   m1 <- ShareFetch [0]: 0-7 (2) of 8 records
0.000s   persister <- start 0, done with -1: 0-7 AVAILABLE (2)
0.000s m1 RELEASE 0-7
0.000s released 0-7 of m1 (2): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 0-7 (3)
0.000s   m1 <- ShareFetch [0]: 0-7 (3) of 8 records
0.000s   persister <- start 0, done with -1: 0-7 AVAILABLE (3)
0.000s m1 RELEASE 0-7
0.000s released 0-7 of m1 (3): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 0-7 (4)
0.000s   m1 <- ShareFetch [0]: 0-7 (4) of 8 records
0.000s   persister <- start 0, done with -1: 0-7 AVAILABLE (4)
0.000s m1 RELEASE 0-7
0.000s released 0-7 of m1 (4): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 0-7 (5)
0.000s   m1 <- ShareFetch [0]: 0-7 (5) of 8 records
0.000s   persister <- start 0, done with -1: 0-7 ARCHIVED (5)
0.000s m1 RELEASE 0-7
0.000s archived 0-7: DeliveryLimit
0.000s start 8
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 8, end 8, done with 0
