# A SyncGroup that is parked behind a write of another group gets that write's timeout. Its client has an error, and
# the member counts as parked all the same.
# Kafka: CoordinatorRuntime.CoordinatorWriteEvent, DeferredEventQueue (coordinator-common)

given
quiet
enter a
enter b
until 6s
aloud
log lags
payments c
sync b
pass 6s
----
6.000s c -> OffsetCommit payments as nobody generation -1: orders-0@1
    timer linger at 6.005s
    timer write timeout at 11.000s
6.000s b -> SyncGroup billing as b#1 generation 1
6.005s timer linger
    append payments commits orders-0@1 epoch 0 at 6.000s
11.000s timer write timeout
    c <- OffsetCommit answered: orders-0 COORDINATOR_NOT_AVAILABLE
    b <- SyncGroup answered: COORDINATOR_NOT_AVAILABLE

replicate
log replicates
sync a a=0 b=1
pass 5ms
----
12.000s high watermark 2
    group payments stores 1 for orders-0
12.000s a -> SyncGroup billing as a#1 generation 1: a#1 gets orders-0, b#1 gets orders-1
    no timer sync
    timer linger at 12.005s
    timer write timeout at 17.000s
12.005s timer linger
    append billing in generation 1 since 6.000s led by a#1: a#1 has orders-0 of orders (session 45.000s, rebalance 300.000s), b#1 has orders-1 of orders (session 45.000s, rebalance 300.000s)
    timer session of a#1 at 57.005s
    timer session of b#1 at 57.005s
    group billing gives orders-0 to a (generation 1)
    group billing gives orders-1 to b (generation 1)
    group billing Stable, generation 1, 2 members
    a <- SyncGroup answered: orders-0
