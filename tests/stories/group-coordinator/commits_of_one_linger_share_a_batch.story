# A commit is answered when it is replicated, and not before the linger is over; several share a batch.
# Kafka: CoordinatorRuntime.append, group.coordinator.append.linger.ms (coordinator-common); KAFKA-16770

given
stable a b
commit a 0@10 2@20
pass 3ms
commit b 1@30
fetch a 1,5
pass 2ms
----
6.010s (a, b stable)
6.010s a -> OffsetCommit billing as a#1 generation 1: orders-0@10, orders-2@20
    timer session of a#1 at 51.010s
    timer linger at 6.015s
6.013s b -> OffsetCommit billing as b#1 generation 1: orders-1@30
    timer session of b#1 at 51.013s
6.013s a -> OffsetFetch billing: orders-1, orders-5
6.015s timer linger
    append billing commits orders-0@10 epoch 0 at 6.010s
           billing commits orders-2@20 epoch 0 at 6.010s
           billing commits orders-1@30 epoch 0 at 6.013s
    group billing stores 10 for orders-0
    group billing stores 20 for orders-2
    group billing stores 30 for orders-1
    group billing answers that orders-1 is at 30
    group billing answers that orders-5 is at -1
    a <- OffsetCommit answered: orders-0 ok, orders-2 ok
    b <- OffsetCommit answered: orders-1 ok
    a <- OffsetFetch answered: orders-1@30, orders-5 none
