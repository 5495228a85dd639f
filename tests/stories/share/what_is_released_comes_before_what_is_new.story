# A fetch begins with the first record that is available: what was released comes before what is new, and a fetch takes both.
# Kafka: SharePartition.nextFetchOffset, acquire (core)

given share.auto.offset.reset=earliest
append 4 4
fetch m1 max=4
acknowledge m1 1-2=RELEASE
fetch m2 max=4
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   persister <- start 0, done with 0: 1-2 AVAILABLE (1)
0.000s m1 RELEASE 1-2
0.000s released 1-2 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m2 acquires 1-2 (2)
0.000s m2 acquires 4-7 (1)
0.000s   m2 <- ShareFetch [0]: 1-2 (2), 4-7 (1) of 8 records
  orders-0: start 0, end 7, done with 0
    0 ACQUIRED (1) by m1 until 30.000s
    1-2 ACQUIRED (2) by m2 until 30.000s
    3 ACQUIRED (1) by m1 until 30.000s
    4-7 ACQUIRED (1) by m2 until 30.000s
