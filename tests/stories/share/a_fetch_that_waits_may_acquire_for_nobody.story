# A fetch that waits does not end with its connection: what it acquires then nobody hears of, and it is free as the lock runs out.
# Kafka: DelayedShareFetch.tryComplete (core)

given
fetch m1
fetch m2
disconnect m1
append 3
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-2 (1)
0.000s   m1 <- ShareFetch [0]: 0-2 (1) of 3 records
  orders-0: start 0, end 2, done with 0
    0-2 ACQUIRED (1) by m1 until 30.000s
