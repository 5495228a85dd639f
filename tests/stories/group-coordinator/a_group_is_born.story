# An id first, then the initial delay, then generation 1 with the leader told of everybody, then the leader's assignment.
# Kafka: GroupMetadataManager.classicGroupJoin, classicGroupSync (group-coordinator); KIP-394, KIP-134

given
enter a
until 1s
enter b
until 7s
----
0.000s a -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 300.000s)
    timer session of a#1 at 45.000s
    timer linger at 0.005s
    a <- JoinGroup answered: MEMBER_ID_REQUIRED as a#1
0.000s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    timer session of a#1 at 300.000s
    timer join at 3.000s
    timer write timeout at 5.000s
    group billing a joins
    group billing PreparingRebalance, generation 0, 1 members
0.005s timer linger
    append billing in generation 0 since 0.000s
1.000s b -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 300.000s)
    timer session of b#1 at 46.000s
    b <- JoinGroup answered: MEMBER_ID_REQUIRED as b#1
1.000s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 300.000s)
    timer session of b#1 at 301.000s
    group billing b joins
3.000s timer join
    timer join at 6.000s
5.000s timer write timeout
6.000s timer join
    timer session of a#1 at 51.000s
    timer session of b#1 at 51.000s
    timer sync at 306.000s
    group billing CompletingRebalance, generation 1, 2 members
    a <- JoinGroup answered: a#1 in generation 1, led by a#1 with a#1 (orders), b#1 (orders)
    b <- JoinGroup answered: b#1 in generation 1, led by a#1

heartbeat b
sync b
sync a a=0,1,2 b=3,4,5
pass 5ms
----
7.000s b -> Heartbeat billing as b#1 generation 1
    timer session of b#1 at 52.000s
    group billing answers a heartbeat of b with NONE
    b <- Heartbeat answered: ok
7.000s b -> SyncGroup billing as b#1 generation 1
7.000s a -> SyncGroup billing as a#1 generation 1: a#1 gets orders-0, orders-1, orders-2, b#1 gets orders-3, orders-4, orders-5
    no timer sync
    timer linger at 7.005s
    timer write timeout at 12.000s
7.005s timer linger
    append billing in generation 1 since 6.000s led by a#1: a#1 has orders-0, orders-1, orders-2 of orders (session 45.000s, rebalance 300.000s), b#1 has orders-3, orders-4, orders-5 of orders (session 45.000s, rebalance 300.000s)
    timer session of a#1 at 52.005s
    timer session of b#1 at 52.005s
    group billing gives orders-0 to a (generation 1)
    group billing gives orders-1 to a (generation 1)
    group billing gives orders-2 to a (generation 1)
    group billing gives orders-3 to b (generation 1)
    group billing gives orders-4 to b (generation 1)
    group billing gives orders-5 to b (generation 1)
    group billing Stable, generation 1, 2 members
    a <- SyncGroup answered: orders-0, orders-1, orders-2
    b <- SyncGroup answered: orders-3, orders-4, orders-5
