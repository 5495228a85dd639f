# An assignment that the log refuses was never made: everybody rejoins.
# Kafka: GroupMetadataManager.classicGroupSync, the append future of the assignment (group-coordinator)

given
quiet
enter a
enter b
until 6s
aloud
log refuses NOT_ENOUGH_REPLICAS
sync b
sync a a=0 b=1
pass 5ms
----
6.000s b -> SyncGroup billing as b#1 generation 1
6.000s a -> SyncGroup billing as a#1 generation 1: a#1 gets orders-0, b#1 gets orders-1
    no timer sync
    timer linger at 6.005s
    timer write timeout at 11.000s
6.005s timer linger
    append billing in generation 1 since 6.000s led by a#1: a#1 has orders-0 of orders (session 45.000s, rebalance 300.000s), b#1 has orders-1 of orders (session 45.000s, rebalance 300.000s)
    (refused)
    timer session of a#1 at 51.005s
    timer session of b#1 at 51.005s
    timer join at 306.005s
    group billing PreparingRebalance, generation 1, 2 members
    a <- SyncGroup answered: COORDINATOR_NOT_AVAILABLE
    b <- SyncGroup answered: COORDINATOR_NOT_AVAILABLE
