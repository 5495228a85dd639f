# A join phase that times out removes who has not rejoined, but no static member: it is given partitions, and knows nothing of it. It has the rebalance timeout to sync, and then it is out.
# Kafka: GroupMetadataManager.completeClassicGroupJoin, expirePendingSync (group-coordinator)

given
client b instance=one
client a rebalance=8s
client b rebalance=8s
client c rebalance=8s
stable a b
until 20s
enter c
join a
until 30s
sync c
sync a a=0 b=1 c=2
until 36s
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s c -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 8.000s)
    timer session of c#1 at 65.000s
    c <- JoinGroup answered: MEMBER_ID_REQUIRED as c#1
20.000s c -> JoinGroup billing as c#1: range orders (session 45.000s, rebalance 8.000s)
    timer session of c#1 at 320.000s
    timer join at 28.000s
    group billing c joins
    group billing PreparingRebalance, generation 1, 3 members
20.000s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 8.000s)
28.000s timer join
    timer session of a#1 at 73.000s
    timer session of b#1 at 73.000s
    timer session of c#1 at 73.000s
    timer sync at 36.000s
    group billing CompletingRebalance, generation 2, 3 members
    a <- JoinGroup answered: a#1 in generation 2, led by a#1 with a#1 (orders), b#1 of instance one (orders), c#1 (orders)
    c <- JoinGroup answered: c#1 in generation 2, led by a#1
30.000s c -> SyncGroup billing as c#1 generation 2
30.000s a -> SyncGroup billing as a#1 generation 2: a#1 gets orders-0, b#1 gets orders-1, c#1 gets orders-2
    timer linger at 30.005s
    timer write timeout at 35.000s
30.005s timer linger
    append billing in generation 2 since 28.000s led by a#1: a#1 has orders-0 of orders (session 45.000s, rebalance 8.000s), b#1 of instance one has orders-1 of orders (session 45.000s, rebalance 8.000s), c#1 has orders-2 of orders (session 45.000s, rebalance 8.000s)
    timer session of a#1 at 75.005s
    timer session of c#1 at 75.005s
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to b (generation 2)
    group billing gives orders-2 to c (generation 2)
    group billing Stable, generation 2, 3 members
    a <- SyncGroup answered: orders-0
    c <- SyncGroup answered: orders-2
35.000s timer write timeout
36.000s timer sync
    no timer session of b#1
    timer join at 44.000s
    group billing b is removed: did not sync in time
    group billing PreparingRebalance, generation 2, 2 members
