# A refused append takes back what it wrote: the offset is again what the log says.
# Kafka: SnapshottableCoordinator.revertLastWritten (coordinator-common)

given
stable a
quiet
commit a 0@10
pass 5ms
aloud
log refuses KAFKA_STORAGE_ERROR
commit a 0@20 1@5
commit a 0@30
heartbeat a
pass 5ms
----
6.010s (a stable)
6.015s a -> OffsetCommit billing as a#1 generation 1: orders-0@20, orders-1@5
    timer session of a#1 at 51.015s
    timer linger at 6.020s
6.015s a -> OffsetCommit billing as a#1 generation 1: orders-0@30
6.015s a -> Heartbeat billing as a#1 generation 1
6.020s timer linger
    append billing commits orders-0@20 epoch 0 at 6.015s
           billing commits orders-1@5 epoch 0 at 6.015s
           billing commits orders-0@30 epoch 0 at 6.015s
    (refused)
    group billing refuses a commit for orders-0: NOT_COORDINATOR
    group billing refuses a commit for orders-1: NOT_COORDINATOR
    group billing refuses a commit for orders-0: NOT_COORDINATOR
    a <- OffsetCommit answered: orders-0 NOT_COORDINATOR, orders-1 NOT_COORDINATOR
    a <- OffsetCommit answered: orders-0 NOT_COORDINATOR
    a <- Heartbeat answered: NOT_COORDINATOR

fetch a 0,1
----
6.020s a -> OffsetFetch billing: orders-0, orders-1
    group billing answers that orders-0 is at 10
    group billing answers that orders-1 is at -1
    a <- OffsetFetch answered: orders-0@10, orders-1 none
