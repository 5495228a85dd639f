# ACCEPT and REJECT end a record, GAP says that there is none, RELEASE gives it back: a delivery counts all the same.
# Kafka: SharePartition.acknowledge, RecordState.validateTransition (core, server)

given share.auto.offset.reset=earliest
append 8
fetch m1
acknowledge m1 0-1=ACCEPT 2=REJECT 3=GAP 4-5=RELEASE 6-7=ACCEPT
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-7 (1)
0.000s   m1 <- ShareFetch [0]: 0-7 (1) of 8 records
0.000s   persister <- start 0, done with 6: 0-1 ACKNOWLEDGED (1) 2 ARCHIVED (1) 3 ARCHIVED (1) 4-5 AVAILABLE (1) 6-7 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0-1
0.000s m1 REJECT 2
0.000s archived 2: Rejected
0.000s m1 GAP 3
0.000s archived 3: Gap
0.000s m1 RELEASE 4-5
0.000s released 4-5 of m1 (1): Released
0.000s m1 ACCEPT 6-7
0.000s start 4
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 4, end 7, done with 2
    0-1 ACKNOWLEDGED (1)
    2-3 ARCHIVED (1)
    4-5 AVAILABLE (1)
    6-7 ACKNOWLEDGED (1)

# What is done with cannot be acknowledged again, and nobody else's records.
fetch m2
acknowledge m1 4=ACCEPT
acknowledge m2 6=ACCEPT
acknowledge m2 4-5=ACCEPT/RELEASE
fetch m1
acknowledge m1 5=ACCEPT
look
----
0.000s m2 acquires 4-5 (2)
0.000s   m2 <- ShareFetch [0]: 4-5 (2) of 8 records
0.000s m1 refused 4: INVALID_RECORD_STATE
0.000s   m1 <- ShareAcknowledge [0]: INVALID_RECORD_STATE
0.000s m2 refused 6: INVALID_RECORD_STATE
0.000s   m2 <- ShareAcknowledge [0]: INVALID_RECORD_STATE
0.000s   persister <- start 4, done with 3: 4 ACKNOWLEDGED (2) 5 AVAILABLE (2)
0.000s m2 ACCEPT 4
0.000s m2 RELEASE 5
0.000s released 5 of m2 (2): Released
0.000s start 5
0.000s   m2 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 5 (3)
0.000s   m1 <- ShareFetch [0]: 5 (3) of 8 records
0.000s   persister <- start 5, done with 3: 5 ACKNOWLEDGED (3)
0.000s m1 ACCEPT 5
0.000s start 8
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 8, end 8, done with 0
