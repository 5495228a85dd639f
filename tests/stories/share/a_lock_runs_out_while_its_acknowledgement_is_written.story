# A lock goes on while an acknowledgement is being written down. If that fails, since 4.2 a lock that has run out counts; before, the member holds the record until its session ends.
# Kafka: InFlightState.completeStateTransition (server); KAFKA-19476

given share.auto.offset.reset=earliest
append 2
fetch m1
pass 29s
hold
acknowledge m1 0-1=ACCEPT
pass 2s
answer UNKNOWN_SERVER_ERROR
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-1 (1)
0.000s   m1 <- ShareFetch [0]: 0-1 (1) of 2 records
29.000s   persister <- start 0, done with 2: 0-1 ACKNOWLEDGED (1)
31.000s released 0-1 of m1 (1): NotWritten
31.000s m1 refused 0-1: UNKNOWN_SERVER_ERROR
31.000s   m1 <- ShareAcknowledge [0]: UNKNOWN_SERVER_ERROR
  orders-0: start 0, end 1, done with 0
    0-1 AVAILABLE (1)

given version=4.1 share.auto.offset.reset=earliest
append 2
fetch m1
pass 29s
hold
acknowledge m1 0-1=ACCEPT
pass 2s
answer UNKNOWN_SERVER_ERROR
pass 60s
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-1 (1)
0.000s   m1 <- ShareFetch [0]: 0-1 (1) of 2 records
29.000s   persister <- start 0, done with -1: 0-1 ACKNOWLEDGED (1)
31.000s m1 refused 0-1: UNKNOWN_SERVER_ERROR
31.000s   m1 <- ShareAcknowledge [0]: UNKNOWN_SERVER_ERROR
  orders-0: start 0, end 1, done with 0
    0-1 ACQUIRED (1) by m1 until 30.000s
