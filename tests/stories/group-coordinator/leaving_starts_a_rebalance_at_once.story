# Leaving starts a rebalance at once: nobody waits for a session to end.
# Kafka: GroupMetadataManager.classicGroupLeave (group-coordinator)

given
stable a b
leave b
join a
----
6.010s (a, b stable)
6.010s b -> LeaveGroup billing as b#1: closed
    no timer session of b#1
    timer join at 306.010s
    group billing b leaves
    group billing PreparingRebalance, generation 1, 1 members
    b <- LeaveGroup answered: ok
6.010s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    no timer join
    timer session of a#1 at 51.010s
    timer sync at 306.010s
    group billing CompletingRebalance, generation 2, 1 members
    a <- JoinGroup answered: a#1 in generation 2, led by a#1 with a#1 (orders)
