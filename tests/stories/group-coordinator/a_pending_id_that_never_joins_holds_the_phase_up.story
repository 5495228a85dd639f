# An id that was handed out and not used delays a later rebalance, until it joins or its session ends.
# Kafka: ClassicGroup.addPendingMember, hasAllMembersJoined (group-coordinator); KIP-394

given
stable a
join b
join a
pass 46s
----
6.010s (a stable)
6.010s b -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 300.000s)
    timer session of b#1 at 51.010s
    b <- JoinGroup answered: MEMBER_ID_REQUIRED as b#1
6.010s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    timer join at 306.010s
    group billing PreparingRebalance, generation 1, 1 members
11.000s timer write timeout
51.005s timer session of a#1
51.010s timer session of b#1
    no timer join
    timer session of a#1 at 96.010s
    timer sync at 351.010s
    group billing CompletingRebalance, generation 2, 1 members
    a <- JoinGroup answered: a#1 in generation 2, led by a#1 with a#1 (orders)
