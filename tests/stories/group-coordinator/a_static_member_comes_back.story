# A static member that was restarted takes its place again: a new member id, the old generation and assignment, and nobody else notices.
# Kafka: GroupMetadataManager.updateStaticMemberThenRebalanceOrCompleteJoin (group-coordinator, KIP-345)

given
client b instance=one
stable a b
until 20s
restart b
pass 5ms
sync b
heartbeat a
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s b -> JoinGroup billing as nobody of instance one: range orders (session 45.000s, rebalance 300.000s)
    no timer session of b#1
    timer session of b#2 at 65.000s
    timer linger at 20.005s
    timer write timeout at 25.000s
    group billing b is back as the static member that it was
20.005s timer linger
    append billing in generation 1 since 6.005s led by a#1: a#1 has orders-0 of orders (session 45.000s, rebalance 300.000s), b#2 of instance one has orders-1 of orders (session 45.000s, rebalance 300.000s)
    b <- JoinGroup answered: b#2 in generation 1, led by a#1
20.005s b -> SyncGroup billing as b#2 of instance one generation 1
    b <- SyncGroup answered: orders-1
20.005s a -> Heartbeat billing as a#1 generation 1
    timer session of a#1 at 65.005s
    a <- Heartbeat answered: ok
