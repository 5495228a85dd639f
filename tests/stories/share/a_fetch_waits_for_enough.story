# A fetch waits until min_bytes can be acquired, or fetch.max.wait.ms are over; then it takes what there is. The high watermark wakes it, locks that run out, and acknowledgements that let the start move.
# Kafka: DelayedShareFetch.tryComplete, onComplete (core)

given
fetch m1 min=1000 wait=500ms
append 2
pass 400ms
append 8
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.400s m1 acquires 0-9 (1)
0.400s   m1 <- ShareFetch [0]: 0-9 (1) of 10 records

append 1
fetch m1 min=1000 wait=500ms
pass 499ms
look
pass 1ms
look
----
  orders-0: start 0, end 9, done with 0
    0-9 ACQUIRED (1) by m1 until 30.400s
0.900s m1 acquires 10 (1)
0.900s   m1 <- ShareFetch [0]: 10 (1) of 1 records
  orders-0: start 0, end 10, done with 0
    0-9 ACQUIRED (1) by m1 until 30.400s
    10 ACQUIRED (1) by m1 until 30.900s

# A lock runs out while somebody waits.
fetch m2 wait=60s
pass 30s
----
30.400s released 0-9 of m1 (1): LockTimeout
30.400s m2 acquires 0-9 (2)
30.400s   m2 <- ShareFetch [0]: 0-9 (2) of 10 records
30.400s   persister <- start 0, done with 0: 0-9 AVAILABLE (1)
30.900s released 10 of m1 (1): LockTimeout
30.900s   persister <- start 0, done with 0: 10 AVAILABLE (1)
