# Under min ISR a commit is not refused, it hangs: the record is in the log. After offsets.commit.timeout.ms the client is
# told COORDINATOR_NOT_AVAILABLE; later the commit takes effect all the same.
# Kafka: CoordinatorRuntime.CoordinatorWriteEvent (coordinator-common), offsets.commit.timeout.ms

given
stable a
log lags
commit a 0@10
pass 2s
heartbeat a
fetch a 0
pass 6s
----
6.010s (a stable)
6.010s a -> OffsetCommit billing as a#1 generation 1: orders-0@10
    timer session of a#1 at 51.010s
    timer linger at 6.015s
6.015s timer linger
    append billing commits orders-0@10 epoch 0 at 6.010s
8.010s a -> Heartbeat billing as a#1 generation 1
    timer session of a#1 at 53.010s
8.010s a -> OffsetFetch billing: orders-0
11.000s timer write timeout
    timer write timeout at 11.010s
11.010s timer write timeout
    timer write timeout at 13.010s
    a <- OffsetCommit answered: orders-0 COORDINATOR_NOT_AVAILABLE
13.010s timer write timeout
    a <- Heartbeat answered: COORDINATOR_NOT_AVAILABLE
    a <- OffsetFetch answered: NOT_COORDINATOR -

replicate
fetch a 0
----
14.010s high watermark 3
    group billing stores 10 for orders-0
14.010s a -> OffsetFetch billing: orders-0
    group billing answers that orders-0 is at 10
    a <- OffsetFetch answered: orders-0@10
