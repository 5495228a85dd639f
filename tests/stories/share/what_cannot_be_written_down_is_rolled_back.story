# What the share coordinator does not write down has not happened: the member holds its records as before, and hears of it.
# Kafka: SharePartition.rollbackOrProcessStateUpdates, fetchPersisterError (core)

given share.auto.offset.reset=earliest
append 4
fetch m1
hold
acknowledge m1 0-1=ACCEPT 2-3=REJECT
look
answer COORDINATOR_NOT_AVAILABLE
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   persister <- start 0, done with 4: 0-1 ACKNOWLEDGED (1) 2-3 ARCHIVED (1)
  orders-0: start 0, end 3, done with 4
    0-1 ACKNOWLEDGED (1) until 30.000s, not written yet
    2-3 ARCHIVED (1) until 30.000s, not written yet
0.000s m1 refused 0-1: COORDINATOR_NOT_AVAILABLE
0.000s m1 refused 2-3: COORDINATOR_NOT_AVAILABLE
0.000s   m1 <- ShareAcknowledge [0]: COORDINATOR_NOT_AVAILABLE
  orders-0: start 0, end 3, done with 0
    0-3 ACQUIRED (1) by m1 until 30.000s

# Until it is written, nothing can be said again; then it stands.
acknowledge m1 0-3=ACCEPT
acknowledge m1 0-3=ACCEPT
release
look
----
0.000s   persister <- start 0, done with 4: 0-3 ACKNOWLEDGED (1)
0.000s m1 refused 0-3: INVALID_RECORD_STATE
0.000s   m1 <- ShareAcknowledge [0]: INVALID_RECORD_STATE
0.000s m1 ACCEPT 0-3
0.000s start 4
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 4, end 4, done with 0
