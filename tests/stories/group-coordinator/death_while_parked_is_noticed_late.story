# A member that dies with its JoinGroup parked is counted in, and noticed a session after the phase. Member b is dead
# from here on; a takes 60 s to finish its batch, heartbeating on.
# Kafka: ClassicGroupMember.isAwaitingJoin keeps its session (group-coordinator)

given
stable a b
quietly enter c
quietly join b
pass 10s
quietly heartbeat a
pass 10s
quietly heartbeat a
pass 10s
quietly heartbeat a
pass 10s
quietly heartbeat a
pass 10s
quietly heartbeat a
pass 10s
quietly heartbeat a
join a
sync c
sync a a=0 b=1 c=2
pass 40s
heartbeat a
heartbeat c
pass 5s
----
6.010s (a, b stable)
11.000s timer write timeout
51.005s timer session of b#1
66.010s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    no timer join
    timer session of b#1 at 111.010s
    timer session of c#1 at 111.010s
    timer sync at 366.010s
    group billing CompletingRebalance, generation 2, 3 members
    a <- JoinGroup answered: a#1 in generation 2, led by a#1 with a#1 (orders), b#1 (orders), c#1 (orders)
    b <- JoinGroup answered: b#1 in generation 2, led by a#1
    c <- JoinGroup answered: c#1 in generation 2, led by a#1
66.010s c -> SyncGroup billing as c#1 generation 2
66.010s a -> SyncGroup billing as a#1 generation 2: a#1 gets orders-0, b#1 gets orders-1, c#1 gets orders-2
    timer linger at 66.015s
    timer write timeout at 71.010s
66.015s timer linger
    append billing in generation 2 since 66.010s led by a#1: a#1 has orders-0 of orders (session 45.000s, rebalance 300.000s), b#1 has orders-1 of orders (session 45.000s, rebalance 300.000s), c#1 has orders-2 of orders (session 45.000s, rebalance 300.000s)
    timer session of a#1 at 111.015s
    timer session of c#1 at 111.015s
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to b (generation 2)
    group billing gives orders-2 to c (generation 2)
    group billing Stable, generation 2, 3 members
    a <- SyncGroup answered: orders-0
    c <- SyncGroup answered: orders-2
71.010s timer write timeout
106.010s a -> Heartbeat billing as a#1 generation 2
    timer session of a#1 at 151.010s
    a <- Heartbeat answered: ok
106.010s c -> Heartbeat billing as c#1 generation 2
    timer session of c#1 at 151.010s
    c <- Heartbeat answered: ok
111.010s timer session of b#1
    no timer sync
    timer join at 411.010s
    group billing b is removed: session.timeout.ms without a heartbeat
    group billing PreparingRebalance, generation 2, 2 members
