# A member that is slow to rejoin is waited for, up to the largest rebalance timeout. Its session is kept alive all the
# time, and it never joins.
# Kafka: GroupMetadataManager.completeClassicGroupJoin, removes what has not joined (group-coordinator)

given
stable a b
enter c
heartbeat a
join a
----
6.010s (a, b stable)
6.010s c -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 300.000s)
    timer session of c#1 at 51.010s
    c <- JoinGroup answered: MEMBER_ID_REQUIRED as c#1
6.010s c -> JoinGroup billing as c#1: range orders (session 45.000s, rebalance 300.000s)
    timer session of c#1 at 306.010s
    timer join at 306.010s
    group billing c joins
    group billing PreparingRebalance, generation 1, 3 members
6.010s a -> Heartbeat billing as a#1 generation 1
    timer session of a#1 at 51.010s
    group billing answers a heartbeat of a with REBALANCE_IN_PROGRESS
    a <- Heartbeat answered: REBALANCE_IN_PROGRESS
6.010s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)

pass 40s
quietly heartbeat b
pass 40s
quietly heartbeat b
pass 40s
quietly heartbeat b
pass 40s
quietly heartbeat b
pass 40s
quietly heartbeat b
pass 40s
quietly heartbeat b
pass 40s
quietly heartbeat b
pass 40s
quietly heartbeat b
----
11.000s timer write timeout
51.010s timer session of a#1
306.010s timer join
    no timer session of b#1
    timer session of a#1 at 351.010s
    timer session of c#1 at 351.010s
    timer sync at 606.010s
    group billing b is removed: did not rejoin in time
    group billing CompletingRebalance, generation 2, 2 members
    a <- JoinGroup answered: a#1 in generation 2, led by a#1 with a#1 (orders), c#1 (orders)
    c <- JoinGroup answered: c#1 in generation 2, led by a#1
