# When a member closes its share session, what it holds is free again. The delivery counts; in 4.1 it did not.
# Kafka: SharePartition.releaseAcquiredRecords (core); KAFKA-17541, KAFKA-19972

given share.auto.offset.reset=earliest
append 4
fetch m1
acknowledge m1 0=ACCEPT epoch=final
look
fetch m1
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   persister <- start 0, done with 1: 0 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0
0.000s start 1
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s   persister <- start 1, done with 0: 1-3 AVAILABLE (1)
0.000s released 1-3 of m1 (1): SessionClosed
  orders-0: start 1, end 3, done with 0
    0 ACKNOWLEDGED (1)
    1-3 AVAILABLE (1)
0.000s m1 acquires 1-3 (2)
0.000s   m1 <- ShareFetch [0]: 1-3 (2) of 4 records

given version=4.1 share.auto.offset.reset=earliest
append 4
fetch m1
acknowledge m1 0=ACCEPT epoch=final
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   persister <- start 0, done with -1: 0 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0
0.000s start 1
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s   persister <- start 1, done with -1: 1-3 AVAILABLE (0)
0.000s released 1-3 of m1 (0): SessionClosed
  orders-0: start 1, end 3, done with 0
    0 ACKNOWLEDGED (1)
    1-3 AVAILABLE (0)

given version=4.0 share.auto.offset.reset=earliest
append 4
fetch m1
acknowledge m1 0=ACCEPT epoch=final
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   persister <- start 0, done with -1: 0 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0
0.000s start 1
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s   persister <- start 1, done with -1: 1-3 AVAILABLE (1)
0.000s released 1-3 of m1 (1): SessionClosed
  orders-0: start 1, end 3, done with 0
    0 ACKNOWLEDGED (1)
    1-3 AVAILABLE (1)
