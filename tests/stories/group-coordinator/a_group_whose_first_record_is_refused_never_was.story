# A failed first write takes the new group out of memory, and what has joined it meanwhile with it.
# Kafka: GroupMetadataManager.classicGroupJoin, the append future of a new group (group-coordinator)

given
log refuses NOT_ENOUGH_REPLICAS
enter a
pass 5ms
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
    (refused)
    no timer join
    no timer session of a#1
    a <- JoinGroup answered: COORDINATOR_NOT_AVAILABLE

log replicates
join a
----
0.005s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    a <- JoinGroup answered: UNKNOWN_MEMBER_ID
