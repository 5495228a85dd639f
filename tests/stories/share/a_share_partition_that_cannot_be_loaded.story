# If the state cannot be read, the fetch that has asked for it says so when its time is over, and the next one asks again.
# Kafka: SharePartitionManager.handleInitializationException (core)

given share.auto.offset.reset=earliest
append 4
hold
fetch m1
fetch m2
answer NOT_COORDINATOR
pass 1s
look
release
fetch m1
----
0.000s   persister <- read for epoch 0
0.500s   m1 <- ShareFetch [0]: COORDINATOR_NOT_AVAILABLE  of 0 records
0.500s   m2 <- ShareFetch
1.000s   persister <- read for epoch 0
1.000s loaded in epoch 0: start 0, state epoch 0
1.000s m1 acquires 0-3 (1)
1.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
