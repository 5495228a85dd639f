# If the state was begun anew, or another leader has read it, the write is refused, and the leader forgets the share-partition: the next fetch has it read again.
# Kafka: SharePartitionManager.fencedSharePartitionHandler (core)

given share.auto.offset.reset=earliest
append 4
fetch m1
hold
acknowledge m1 0-3=ACCEPT
answer FENCED_STATE_EPOCH
look
release
fetch m1
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   persister <- start 0, done with 4: 0-3 ACKNOWLEDGED (1)
0.000s m1 refused 0-3: NOT_LEADER_OR_FOLLOWER
0.000s   m1 <- ShareAcknowledge [0]: NOT_LEADER_OR_FOLLOWER
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
  orders-0: start 0, end 3, done with 0
    0-3 ACQUIRED (1) by m1 until 30.000s

# What is on its way to the share coordinator when the share-partition goes is final if it arrives.
hold
acknowledge m1 0-1=ACCEPT
resign
answer ok
look
release
fetch m1
look
----
0.000s   persister <- start 0, done with 2: 0-1 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0-1
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s start 2
0.000s m1 acquires 2-3 (1)
0.000s   m1 <- ShareFetch [0]: 2-3 (1) of 4 records
  orders-0: start 2, end 3, done with 0
    2-3 ACQUIRED (1) by m1 until 30.000s
