# A new leader whose start lies within a batch of the log delivers it from there on. Before 4.2 it may deliver what is done with once more, and the start moves back.
# Kafka: SharePartition.acquire (core); KAFKA-19954

given share.auto.offset.reset=earliest
append 10 10
fetch m1
acknowledge m1 0-4=ACCEPT 12-19=ACCEPT
resign
fetch m2 max=10
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-19 (1)
0.000s   m1 <- ShareFetch [0]: 0-19 (1) of 20 records
0.000s   persister <- start 0, done with 13: 0-4 ACKNOWLEDGED (1) 12-19 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0-4
0.000s m1 ACCEPT 12-19
0.000s start 5
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s start 5
0.000s m2 acquires 5-11 (1)
0.000s   m2 <- ShareFetch [0]: 5-11 (1) of 20 records
  orders-0: start 5, end 19, done with 8
    5-11 ACQUIRED (1) by m2 until 30.000s
    12-19 ACKNOWLEDGED (1)

given version=4.1 share.auto.offset.reset=earliest
append 10 10
fetch m1
acknowledge m1 0-4=ACCEPT 12-19=ACCEPT
resign
fetch m2 max=10
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-19 (1)
0.000s   m1 <- ShareFetch [0]: 0-19 (1) of 20 records
0.000s   persister <- start 0, done with -1: 0-4 ACKNOWLEDGED (1) 12-19 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0-4
0.000s m1 ACCEPT 12-19
0.000s start 5
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s start 5
0.000s start 0
0.000s m2 acquires 0-9 (1)
0.000s   m2 <- ShareFetch [0]: 0-9 (1) of 10 records
  orders-0: start 0, end 19, done with 8
    0-9 ACQUIRED (1) by m2 until 30.000s
    12-19 ACKNOWLEDGED (1)
