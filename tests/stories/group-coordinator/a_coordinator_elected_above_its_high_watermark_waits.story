# What the new leader's log holds above the high watermark is believed, but nothing is answered from it until the high
# watermark has passed.
# Kafka: CoordinatorLoaderImpl reads to the log end (coordinator-common)

given
stable a
quiet
log lags
commit a 0@10
pass 5ms
aloud
failover
fetch a 0
heartbeat a
pass 1s
----
6.010s (a stable)
6.015s elected, log end 3, high watermark 2
    timer session of a#1 at 51.015s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 1, 1 members
6.015s a -> OffsetFetch billing: orders-0
    timer write timeout at 11.015s
6.015s a -> Heartbeat billing as a#1 generation 1

replicate
----
7.015s high watermark 3
    group billing stores 10 for orders-0
    group billing answers that orders-0 is at 10
    a <- OffsetFetch answered: orders-0@10
    a <- Heartbeat answered: ok
