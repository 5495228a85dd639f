# A new leader knows what is written down: what members hold is forgotten, and free. Before 4.1 it never fetches what lies between that.
# Kafka: SharePartition.maybeInitialize, GapWindow (core); KAFKA-18494

given share.auto.offset.reset=earliest
append 5 5 5
fetch m1 max=5 batch=5
fetch m1 max=5 batch=5
fetch m1 max=5 batch=5
acknowledge m1 10-14=ACCEPT
acknowledge m1 2=RELEASE
resign
fetch m2
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
0.000s   persister <- start 0, done with 5: 10-14 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 10-14
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s   persister <- start 0, done with 5: 2 AVAILABLE (1)
0.000s m1 RELEASE 2
0.000s released 2 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m2 acquires 0-1 (1)
0.000s m2 acquires 2 (2)
0.000s m2 acquires 3-9 (1)
0.000s   m2 <- ShareFetch [0]: 0-1 (1), 2 (2), 3-9 (1) of 10 records
  orders-0: start 0, end 14, done with 5
    0-1 ACQUIRED (1) by m2 until 30.000s
    2 ACQUIRED (2) by m2 until 30.000s
    3-9 ACQUIRED (1) by m2 until 30.000s
    10-14 ACKNOWLEDGED (1)

# What the member of before says is refused.
acknowledge m1 0-4=ACCEPT
acknowledge m2 0-9=ACCEPT
look
----
0.000s m1 refused 0-4: INVALID_RECORD_STATE
0.000s   m1 <- ShareAcknowledge [0]: INVALID_RECORD_STATE
0.000s   persister <- start 0, done with 15: 0-1 ACKNOWLEDGED (1) 2 ACKNOWLEDGED (2) 3-9 ACKNOWLEDGED (1)
0.000s m2 ACCEPT 0-1
0.000s m2 ACCEPT 2
0.000s m2 ACCEPT 3-9
0.000s start 10
0.000s   m2 <- ShareAcknowledge [0]: NONE
  orders-0: start 10, end 14, done with 5
    10-14 ACKNOWLEDGED (1)

given version=4.0 share.auto.offset.reset=earliest
append 5
fetch m1
append 5
fetch m1
append 5
fetch m1
acknowledge m1 5-9=ACCEPT
resign
fetch m2
fetch m2
pass 1s
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
0.000s   persister <- start 0, done with -1: 5-9 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 5-9
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m2 acquires 10-14 (1)
0.000s   m2 <- ShareFetch [0]: 10-14 (1) of 5 records
0.500s   m2 <- ShareFetch
  orders-0: start 0, end 14, done with 5
    5-9 ACKNOWLEDGED (1)
    10-14 ACQUIRED (1) by m2 until 30.000s
