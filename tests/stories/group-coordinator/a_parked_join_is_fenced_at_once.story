# Who waits for the end of a join phase hears at once that another process has its instance id.
# Kafka: ClassicGroup.replaceStaticMember (group-coordinator)

given
client a instance=one
client c instance=one
stable a b
until 20s
join a
enter c
join b
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s a -> JoinGroup billing as a#1 of instance one: range orders (session 45.000s, rebalance 300.000s)
    timer join at 320.000s
    group billing PreparingRebalance, generation 1, 2 members
20.000s c -> JoinGroup billing as nobody of instance one: range orders (session 45.000s, rebalance 300.000s)
    no timer session of a#1
    timer session of c#1 at 65.000s
    group billing c takes the place of a as a static member
    a <- JoinGroup answered: FENCED_INSTANCE_ID
20.000s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 300.000s)
    no timer join
    timer session of b#1 at 65.000s
    timer sync at 320.000s
    group billing CompletingRebalance, generation 2, 2 members
    b <- JoinGroup answered: b#1 in generation 2, led by c#1
    c <- JoinGroup answered: c#1 in generation 2, led by c#1 with b#1 (orders), c#1 of instance one (orders)
