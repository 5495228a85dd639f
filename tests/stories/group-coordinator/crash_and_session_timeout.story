# A crash is noticed when the session is over; a commit counts as a heartbeat. The others learn of the rebalance by
# their heartbeats, and the phase ends when both have rejoined.
# Kafka: GroupMetadataManager.rescheduleClassicGroupMemberHeartbeat, expireClassicGroupMemberHeartbeat (group-coordinator)

given
stable a b c
quiet
until 9s
heartbeat a
heartbeat b
heartbeat c
until 10s
aloud
commit c 2@1000
until 40s
----
6.010s (a, b, c stable)
10.000s c -> OffsetCommit billing as c#1 generation 1: orders-2@1000
    timer session of c#1 at 55.000s
    timer linger at 10.005s
10.005s timer linger
    append billing commits orders-2@1000 epoch 0 at 10.000s
    group billing stores 1000 for orders-2
    c <- OffsetCommit answered: orders-2 ok
11.000s timer write timeout

quiet
heartbeat a
heartbeat b
until 50s
heartbeat a
heartbeat b
aloud
until 56s
heartbeat a
until 57s
join a
heartbeat b
until 58s
join b
----
55.000s timer session of c#1
    timer join at 355.000s
    group billing c is removed: session.timeout.ms without a heartbeat
    group billing PreparingRebalance, generation 1, 2 members
56.000s a -> Heartbeat billing as a#1 generation 1
    timer session of a#1 at 101.000s
    group billing answers a heartbeat of a with REBALANCE_IN_PROGRESS
    a <- Heartbeat answered: REBALANCE_IN_PROGRESS
57.000s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
57.000s b -> Heartbeat billing as b#1 generation 1
    timer session of b#1 at 102.000s
    group billing answers a heartbeat of b with REBALANCE_IN_PROGRESS
    b <- Heartbeat answered: REBALANCE_IN_PROGRESS
58.000s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 300.000s)
    no timer join
    timer session of a#1 at 103.000s
    timer session of b#1 at 103.000s
    timer sync at 358.000s
    group billing CompletingRebalance, generation 2, 2 members
    a <- JoinGroup answered: a#1 in generation 2, led by a#1 with a#1 (orders), b#1 (orders)
    b <- JoinGroup answered: b#1 in generation 2, led by a#1
