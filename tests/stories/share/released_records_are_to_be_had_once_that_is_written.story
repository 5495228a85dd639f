# Released records are available once that is written down. Before 4.2 a fetch goes for them at once and comes back with nothing; since then it waits.
# Kafka: SharePartition.nextFetchOffset (core); KAFKA-19476

given share.auto.offset.reset=earliest
append 2
fetch m1
hold
acknowledge m1 0-1=RELEASE
fetch m2
pass 100ms
release
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-1 (1)
0.000s   m1 <- ShareFetch [0]: 0-1 (1) of 2 records
0.000s   persister <- start 0, done with 0: 0-1 AVAILABLE (1)
0.100s m1 RELEASE 0-1
0.100s released 0-1 of m1 (1): Released
0.100s   m1 <- ShareAcknowledge [0]: NONE

# The write itself wakes nobody: the fetch finds the records when its time is over.
pass 1s
----
0.500s m2 acquires 0-1 (2)
0.500s   m2 <- ShareFetch [0]: 0-1 (2) of 2 records

given version=4.1 share.auto.offset.reset=earliest
append 2
fetch m1
hold
acknowledge m1 0-1=RELEASE
fetch m2
release
fetch m2
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-1 (1)
0.000s   m1 <- ShareFetch [0]: 0-1 (1) of 2 records
0.000s   persister <- start 0, done with -1: 0-1 AVAILABLE (1)
0.000s   m2 <- ShareFetch [0]:  of 0 records
0.000s m1 RELEASE 0-1
0.000s released 0-1 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m2 acquires 0-1 (2)
0.000s   m2 <- ShareFetch [0]: 0-1 (2) of 2 records
