# What a member said to a share-partition that is gone is final once it is written down. One that was loaded before that does not know of it, and nothing is free for it; the next one knows.
# Kafka: SharePartition.writeShareGroupState, ShareGroupListenerImpl.onGroupEmpty (core)

given share.auto.offset.reset=earliest
append 4 2
fetch m1 max=4
hold
acknowledge m1 0-1=ACCEPT 2-3=REJECT
disconnect m1
fetch m2 max=4
overtake ok
answer ok
look
release
resign
fetch m3
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   persister <- start 0, done with 4: 0-1 ACKNOWLEDGED (1) 2-3 ARCHIVED (1)
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m2 acquires 0-3 (1)
0.000s   m2 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s m1 ACCEPT 0-1, late
0.000s m1 REJECT 2-3, late
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 0, end 3, done with 0
    0-3 ACQUIRED (1) by m2 until 30.000s
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s start 4
0.000s m3 acquires 4-5 (1)
0.000s   m3 <- ShareFetch [0]: 4-5 (1) of 2 records
  orders-0: start 4, end 5, done with 0
    4-5 ACQUIRED (1) by m3 until 30.000s

