# A client that gives up its parked SyncGroup and joins with what it knows now (its subscription names the new
# generation) opens a join phase that ends with the dead leader's session.
# Kafka: GroupMetadataManager.classicGroupJoinExistingMember, COMPLETING_REBALANCE (group-coordinator)

given
quiet
enter a
enter b
until 6s
aloud
sync b
pass 30s
client b subscribed.in=1
join b
----
6.000s b -> SyncGroup billing as b#1 generation 1
36.000s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 300.000s)
    timer session of b#1 at 81.000s
    no timer sync
    timer join at 336.000s
    group billing PreparingRebalance, generation 1, 2 members
    b <- SyncGroup answered: REBALANCE_IN_PROGRESS

pass 16s
----
51.000s timer session of a#1
    no timer join
    timer session of b#1 at 96.000s
    timer sync at 351.000s
    group billing a is removed: session.timeout.ms without a heartbeat
    group billing CompletingRebalance, generation 2, 1 members
    b <- JoinGroup answered: b#1 in generation 2, led by b#1 with b#1 (orders)
