# A leader that comes back as the static member that it was is told to leave the assignment as it is.
# Kafka: GroupMetadataManager.updateStaticMemberThenRebalanceOrCompleteJoin (group-coordinator, KIP-814)

given
client a instance=one
stable a b
until 20s
restart a
pass 5ms
sync a
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s a -> JoinGroup billing as nobody of instance one: range orders (session 45.000s, rebalance 300.000s)
    no timer session of a#1
    timer session of a#2 at 65.000s
    timer linger at 20.005s
    timer write timeout at 25.000s
    group billing a is back as the static member that it was
20.005s timer linger
    append billing in generation 1 since 6.005s led by a#2: a#2 of instance one has orders-0 of orders (session 45.000s, rebalance 300.000s), b#1 has orders-1 of orders (session 45.000s, rebalance 300.000s)
    a <- JoinGroup answered: a#2 in generation 1, led by a#2 with a#2 of instance one (orders), b#1 (orders) skipping the assignment
20.005s a -> SyncGroup billing as a#2 of instance one generation 1
    a <- SyncGroup answered: orders-0
