# With its connection a member's share session is closed, and what it holds is released; in 4.0 it is free only as the lock runs out.
# Kafka: ShareSessionCache.ClientConnectionDisconnectListener (server); KAFKA-19015

given share.auto.offset.reset=earliest
append 4
fetch m1
fetch m2
disconnect m1
fetch m2
pass 1s
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   persister <- start 0, done with 0: 0-3 AVAILABLE (1)
0.000s released 0-3 of m1 (1): SessionClosed
0.000s m2 acquires 0-3 (2)
0.000s   m2 <- ShareFetch [0]: 0-3 (2) of 4 records
0.500s   m2 <- ShareFetch [0]:  of 0 records
  orders-0: start 0, end 3, done with 0
    0-3 ACQUIRED (2) by m2 until 30.000s

# With the last session of a group here its share-partitions are forgotten: the next member has them read again.
disconnect m2
look
fetch m3
look
----
1.000s   persister <- start 0, done with 0: 0-3 AVAILABLE (2)
1.000s released 0-3 of m2 (2): SessionClosed
1.000s   persister <- read for epoch 0
1.000s loaded in epoch 0: start 0, state epoch 0
1.000s m3 acquires 0-3 (3)
1.000s   m3 <- ShareFetch [0]: 0-3 (3) of 4 records
  orders-0: start 0, end 3, done with 0
    0-3 ACQUIRED (3) by m3 until 31.000s

given version=4.0 share.auto.offset.reset=earliest
append 4
fetch m1
disconnect m1
look
fetch m2
pass 30s
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
  orders-0: start 0, end 3, done with 0
    0-3 ACQUIRED (1) by m1 until 30.000s
0.500s   m2 <- ShareFetch [0]:  of 0 records
30.000s released 0-3 of m1 (1): LockTimeout
30.000s   persister <- start 0, done with -1: 0-3 AVAILABLE (1)
