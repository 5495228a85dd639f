# A group with share.isolation.level=read_committed gets nothing of aborted transactions, and of open ones only when they end. In 4.0 groups read all.
# Kafka: SharePartition.maybeFilterAbortedTransactionalAcquiredRecords (core); KAFKA-16729

given share.auto.offset.reset=earliest share.isolation.level=read_committed
append 2
transaction 7 3
transaction 8 2
fetch m1
abort 7
commit 8
fetch m1
look
acknowledge m1 5-8=ACCEPT
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-1 (1)
0.000s   m1 <- ShareFetch [0]: 0-1 (1) of 2 records
0.000s archived 2-4: Gap
0.000s m1 acquires 5-8 (1)
0.000s   m1 <- ShareFetch [0]: 5-8 (1) of 4 records
  orders-0: start 0, end 8, done with 3
    0-1 ACQUIRED (1) by m1 until 30.000s
    2-4 ARCHIVED (1)
    5-8 ACQUIRED (1) by m1 until 30.000s
0.000s   persister <- start 0, done with 7: 5-8 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 5-8
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 0, end 8, done with 7
    0-1 ACQUIRED (1) by m1 until 30.000s
    2-4 ARCHIVED (1)
    5-8 ACKNOWLEDGED (1)

given version=4.0 share.auto.offset.reset=earliest share.isolation.level=read_committed
append 2
transaction 7 3
fetch m1
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-4 (1)
0.000s   m1 <- ShareFetch [0]: 0-4 (1) of 5 records
