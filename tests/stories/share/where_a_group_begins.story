# A share group that has no state in a partition begins where its share.auto.offset.reset says: by default with what comes.
# Kafka: SharePartition.startOffsetDuringInitialization (core), GroupConfig.defaultShareAutoOffsetReset

given
append 5
fetch m1
append 3
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 5, state epoch 0
0.000s m1 acquires 5-7 (1)
0.000s   m1 <- ShareFetch [0]: 5-7 (1) of 3 records
  orders-0: start 5, end 7, done with 0
    5-7 ACQUIRED (1) by m1 until 30.000s

given share.auto.offset.reset=earliest
append 5
log-start 2
fetch m1
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 2, state epoch 0
0.000s m1 acquires 2-4 (1)
0.000s   m1 <- ShareFetch [0]: 2-4 (1) of 5 records
  orders-0: start 2, end 4, done with 0
    2-4 ACQUIRED (1) by m1 until 30.000s

given share.auto.offset.reset=by_duration:PT10S
append 5
pass 20s
fetch m1
pass 1s
----
20.000s   persister <- read for epoch 0
20.500s   m1 <- ShareFetch [0]: OFFSET_NOT_AVAILABLE  of 0 records

# There is no such record: the next fetch asks again.
pass 5s
append 2
fetch m1
look
----
26.000s   persister <- read for epoch 0
26.000s loaded in epoch 0: start 5, state epoch 0
26.000s m1 acquires 5-6 (1)
26.000s   m1 <- ShareFetch [0]: 5-6 (1) of 2 records
  orders-0: start 5, end 6, done with 0
    5-6 ACQUIRED (1) by m1 until 56.000s
