# Two processes have one instance id: who joins later is the member, and whatever the other one asks for is refused.
# Kafka: ClassicGroup.validateMember (group-coordinator, KIP-345)

given
client a instance=one
client c instance=one
stable a b
until 20s
enter c
pass 5ms
sync c
heartbeat a
commit a 0@10
sync a
join a
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s c -> JoinGroup billing as nobody of instance one: range orders (session 45.000s, rebalance 300.000s)
    no timer session of a#1
    timer session of c#1 at 65.000s
    timer linger at 20.005s
    timer write timeout at 25.000s
    group billing c takes the place of a as a static member
20.005s timer linger
    append billing in generation 1 since 6.005s led by c#1: b#1 has orders-1 of orders (session 45.000s, rebalance 300.000s), c#1 of instance one has orders-0 of orders (session 45.000s, rebalance 300.000s)
    c <- JoinGroup answered: c#1 in generation 1, led by c#1 with b#1 (orders), c#1 of instance one (orders) skipping the assignment
20.005s c -> SyncGroup billing as c#1 of instance one generation 1
    c <- SyncGroup answered: orders-0
20.005s a -> Heartbeat billing as a#1 of instance one generation 1
    a <- Heartbeat answered: FENCED_INSTANCE_ID
20.005s a -> OffsetCommit billing as a#1 of instance one generation 1: orders-0@10
    group billing refuses a commit for orders-0: FENCED_INSTANCE_ID
    a <- OffsetCommit answered: orders-0 FENCED_INSTANCE_ID
20.005s a -> SyncGroup billing as a#1 of instance one generation 1
    a <- SyncGroup answered: FENCED_INSTANCE_ID
20.005s a -> JoinGroup billing as a#1 of instance one: range orders (session 45.000s, rebalance 300.000s)
    a <- JoinGroup answered: FENCED_INSTANCE_ID
