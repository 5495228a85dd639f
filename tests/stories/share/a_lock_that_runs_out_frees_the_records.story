# Records that a member holds for too long are free again: they are delivered out of order, and its late word is refused.
# Kafka: SharePartition.releaseAcquisitionLockOnTimeout, acknowledge (core); AcquisitionLockTimerTask (server)

given share.auto.offset.reset=earliest
append 10 10
fetch m1 max=10
pass 5s
fetch m3 max=10
acknowledge m3 10-19=ACCEPT
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-9 (1)
0.000s   m1 <- ShareFetch [0]: 0-9 (1) of 10 records
5.000s m3 acquires 10-19 (1)
5.000s   m3 <- ShareFetch [0]: 10-19 (1) of 10 records
5.000s   persister <- start 0, done with 10: 10-19 ACKNOWLEDGED (1)
5.000s m3 ACCEPT 10-19
5.000s   m3 <- ShareAcknowledge [0]: NONE

pass 25s
look
----
30.000s released 0-9 of m1 (1): LockTimeout
30.000s   persister <- start 0, done with 10: 0-9 AVAILABLE (1)
  orders-0: start 0, end 19, done with 10
    0-9 AVAILABLE (1)
    10-19 ACKNOWLEDGED (1)

pass 0.1s
fetch m2
----
30.100s m2 acquires 0-9 (2)
30.100s   m2 <- ShareFetch [0]: 0-9 (2) of 10 records

pass 0.9s
acknowledge m1 0-9=ACCEPT
acknowledge m2 0-9=ACCEPT
look
----
31.000s m1 refused 0-9: INVALID_RECORD_STATE
31.000s   m1 <- ShareAcknowledge [0]: INVALID_RECORD_STATE
31.000s   persister <- start 0, done with 20: 0-9 ACKNOWLEDGED (2)
31.000s m2 ACCEPT 0-9
31.000s start 20
31.000s   m2 <- ShareAcknowledge [0]: NONE
  orders-0: start 20, end 20, done with 0
