# The new id of a static member counts when it is written. If it is not, the old one is back, and nothing has happened.
# Kafka: GroupMetadataManager.updateStaticMemberThenRebalanceOrCompleteJoin (group-coordinator)

given
client b instance=one
client c instance=one
stable a b
until 20s
log refuses NOT_ENOUGH_REPLICAS
enter c
pass 5ms
log replicates
heartbeat b
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s c -> JoinGroup billing as nobody of instance one: range orders (session 45.000s, rebalance 300.000s)
    no timer session of b#1
    timer session of c#1 at 65.000s
    timer linger at 20.005s
    timer write timeout at 25.000s
    group billing c takes the place of b as a static member
20.005s timer linger
    append billing in generation 1 since 6.005s led by a#1: a#1 has orders-0 of orders (session 45.000s, rebalance 300.000s), c#1 of instance one has orders-1 of orders (session 45.000s, rebalance 300.000s)
    (refused)
    no timer session of c#1
    timer session of b#1 at 65.005s
    group billing b takes the place of c as a static member
    c <- JoinGroup answered: COORDINATOR_NOT_AVAILABLE
20.005s b -> Heartbeat billing as b#1 of instance one generation 1
    b <- Heartbeat answered: ok
