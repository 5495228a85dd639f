# Where a static leader does not rejoin in time, another one that has leads.
# Kafka: ClassicGroup.maybeElectNewJoinedLeader (group-coordinator)

given
client a instance=one
client a rebalance=8s
client b rebalance=8s
stable a b
until 20s
join b
client b subscribed.in=1
join b
until 30s
----
6.010s (a, b stable)
11.000s timer write timeout
20.000s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 8.000s)
    b <- JoinGroup answered: b#1 in generation 1, led by a#1
20.000s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 8.000s)
    timer join at 28.000s
    group billing PreparingRebalance, generation 1, 2 members
28.000s timer join
    timer session of a#1 at 73.000s
    timer session of b#1 at 73.000s
    timer sync at 36.000s
    group billing CompletingRebalance, generation 2, 2 members
    b <- JoinGroup answered: b#1 in generation 2, led by b#1 with a#1 of instance one (orders), b#1 (orders)
