# A member has opened a new session on another connection: the end of the old one does not concern it. Before 4.2 it closes the new session.
# Kafka: ShareSessionCache.SessionKeyAndState (server); KAFKA-19950

given share.auto.offset.reset=earliest
append 4
fetch m1 wait=0s
reconnect m1
fetch m1 wait=0s
lose 101
fetch m1 wait=0s
look
----
0.000s   m1 <- ShareFetch
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   m1 <- ShareFetch
  orders-0: start 0, end 3, done with 0
    0-3 ACQUIRED (1) by m1 until 30.000s

given version=4.1 share.auto.offset.reset=earliest
append 4
fetch m1 wait=0s
reconnect m1
fetch m1 wait=0s
lose 101
fetch m1 wait=0s
look
----
0.000s   m1 <- ShareFetch
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   persister <- start 0, done with -1: 0-3 AVAILABLE (0)
0.000s released 0-3 of m1 (0): SessionClosed
0.000s   m1 <- ShareFetch SHARE_SESSION_NOT_FOUND
