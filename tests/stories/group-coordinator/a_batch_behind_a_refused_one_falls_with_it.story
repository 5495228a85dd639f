# While an append is on its way the next batch waits, and falls with it.
# Kafka: CoordinatorRuntime.flushCurrentBatch, failCurrentBatch (coordinator-common)

given
stable a
log waits
commit a 0@10
pass 5ms
commit a 0@20
pass 50ms
----
6.010s (a stable)
6.010s a -> OffsetCommit billing as a#1 generation 1: orders-0@10
    timer session of a#1 at 51.010s
    timer linger at 6.015s
6.015s timer linger
    append billing commits orders-0@10 epoch 0 at 6.010s
6.015s a -> OffsetCommit billing as a#1 generation 1: orders-0@20
    timer session of a#1 at 51.015s
    timer linger at 6.020s
6.020s timer linger

answer NOT_LEADER_OR_FOLLOWER
fetch a 0
----
6.065s log answers Err(NotLeaderOrFollower)
    group billing refuses a commit for orders-0: NOT_COORDINATOR
    group billing refuses a commit for orders-0: NOT_COORDINATOR
    a <- OffsetCommit answered: orders-0 NOT_COORDINATOR
    a <- OffsetCommit answered: orders-0 NOT_COORDINATOR
6.065s a -> OffsetFetch billing: orders-0
    group billing answers that orders-0 is at -1
    a <- OffsetFetch answered: orders-0 none
