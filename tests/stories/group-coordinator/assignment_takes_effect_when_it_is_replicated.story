# Everybody is parked until the assignment is replicated; a member that the leader forgot gets nothing. A late SyncGroup
# of a stable group is answered from memory.
# Kafka: GroupMetadataManager.classicGroupSync, the append future of the assignment (group-coordinator)

given
quiet
enter a
enter b
until 6s
aloud
log lags
sync b
sync a b=0,1
pass 5ms
pass 1s
----
6.000s b -> SyncGroup billing as b#1 generation 1
6.000s a -> SyncGroup billing as a#1 generation 1: b#1 gets orders-0, orders-1
    no timer sync
    timer linger at 6.005s
    timer write timeout at 11.000s
6.005s timer linger
    append billing in generation 1 since 6.000s led by a#1: a#1 has - of orders (session 45.000s, rebalance 300.000s), b#1 has orders-0, orders-1 of orders (session 45.000s, rebalance 300.000s)

replicate
sync b
----
7.005s high watermark 2
    timer session of a#1 at 52.005s
    timer session of b#1 at 52.005s
    group billing gives orders-0 to b (generation 1)
    group billing gives orders-1 to b (generation 1)
    group billing Stable, generation 1, 2 members
    a <- SyncGroup answered: -
    b <- SyncGroup answered: orders-0, orders-1
7.005s b -> SyncGroup billing as b#1 generation 1
    b <- SyncGroup answered: orders-0, orders-1
