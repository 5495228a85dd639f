# The start moves over the leading records that are done with, into a batch if need be; batches are forgotten as a whole.
# Kafka: SharePartition.maybeUpdateCachedStateAndOffsets (core)

given share.auto.offset.reset=earliest
append 5 5 5
fetch m1 max=5 batch=5
fetch m1 max=5 batch=5
fetch m1 max=5 batch=5
acknowledge m1 5-9=ACCEPT
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-4 (1)
0.000s   m1 <- ShareFetch [0]: 0-4 (1) of 5 records
0.000s m1 acquires 5-9 (1)
0.000s   m1 <- ShareFetch [0]: 5-9 (1) of 5 records
0.000s m1 acquires 10-14 (1)
0.000s   m1 <- ShareFetch [0]: 10-14 (1) of 5 records
0.000s   persister <- start 0, done with 5: 5-9 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 5-9
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 0, end 14, done with 5
    0-4 ACQUIRED (1) by m1 until 30.000s
    5-9 ACKNOWLEDGED (1)
    10-14 ACQUIRED (1) by m1 until 30.000s

acknowledge m1 0-2=ACCEPT
look
----
0.000s   persister <- start 0, done with 8: 0-2 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0-2
0.000s start 3
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 3, end 14, done with 5
    0-2 ACKNOWLEDGED (1)
    3-4 ACQUIRED (1) by m1 until 30.000s
    5-9 ACKNOWLEDGED (1)
    10-14 ACQUIRED (1) by m1 until 30.000s

acknowledge m1 3-4=REJECT
look
----
0.000s   persister <- start 3, done with 7: 3-4 ARCHIVED (1)
0.000s m1 REJECT 3-4
0.000s archived 3-4: Rejected
0.000s start 10
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 10, end 14, done with 0
    10-14 ACQUIRED (1) by m1 until 30.000s

acknowledge m1 10-14=ACCEPT
look
----
0.000s   persister <- start 10, done with 5: 10-14 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 10-14
0.000s start 15
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 15, end 15, done with 0
