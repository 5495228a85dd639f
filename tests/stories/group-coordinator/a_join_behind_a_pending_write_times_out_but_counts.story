# A JoinGroup that arrives while a write is pending gets that write's timeout, but the member counts as joined.
# Kafka: CoordinatorRuntime.CoordinatorWriteEvent, DeferredEventQueue (coordinator-common)

given
stable a b
log lags
commit a 0@10
join a
pass 6s
join b
----
6.010s (a, b stable)
6.010s a -> OffsetCommit billing as a#1 generation 1: orders-0@10
    timer session of a#1 at 51.010s
    timer linger at 6.015s
6.010s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    timer join at 306.010s
    group billing PreparingRebalance, generation 1, 2 members
6.015s timer linger
    append billing commits orders-0@10 epoch 0 at 6.010s
11.000s timer write timeout
    timer write timeout at 11.010s
11.010s timer write timeout
    a <- OffsetCommit answered: orders-0 COORDINATOR_NOT_AVAILABLE
    a <- JoinGroup answered: COORDINATOR_NOT_AVAILABLE
12.010s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 300.000s)
    no timer join
    timer session of a#1 at 57.010s
    timer session of b#1 at 57.010s
    timer sync at 312.010s
    group billing CompletingRebalance, generation 2, 2 members
    b <- JoinGroup answered: b#1 in generation 2, led by a#1
