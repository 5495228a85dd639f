# The assignment is written but not replicated: after offsets.commit.timeout.ms everybody starts over, and the late
# commit changes nothing.
# Kafka: CoordinatorRuntime, DefaultWriteTimeout; GroupMetadataManager.resetAndPropagateAssignmentWithError

given
quiet
enter a
enter b
until 6s
aloud
log lags
sync a a=0 b=1
pass 1s
sync b
pass 5s
----
6.000s a -> SyncGroup billing as a#1 generation 1: a#1 gets orders-0, b#1 gets orders-1
    timer linger at 6.005s
    timer write timeout at 11.000s
6.005s timer linger
    append billing in generation 1 since 6.000s led by a#1: a#1 has orders-0 of orders (session 45.000s, rebalance 300.000s), b#1 has orders-1 of orders (session 45.000s, rebalance 300.000s)
7.000s b -> SyncGroup billing as b#1 generation 1
    no timer sync
11.000s timer write timeout
    timer session of a#1 at 56.000s
    timer session of b#1 at 56.000s
    timer join at 311.000s
    timer write timeout at 12.000s
    group billing PreparingRebalance, generation 1, 2 members
    a <- SyncGroup answered: COORDINATOR_NOT_AVAILABLE
    b <- SyncGroup answered: COORDINATOR_NOT_AVAILABLE
12.000s timer write timeout

replicate
----
12.000s high watermark 2
