# The same JoinGroup again means that the answer was lost, so it is given again. Another one starts over, and parked
# SyncGroups are told to rejoin.
# Kafka: GroupMetadataManager.classicGroupJoinExistingMember, COMPLETING_REBALANCE (group-coordinator)

given
quiet
enter a
enter b
until 6s
aloud
join a
sync b
----
6.000s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    a <- JoinGroup answered: a#1 in generation 1, led by a#1 with a#1 (orders), b#1 (orders)
6.000s b -> SyncGroup billing as b#1 generation 1

client a subscribed.in=1
join a
----
6.000s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    no timer sync
    timer join at 306.000s
    group billing PreparingRebalance, generation 1, 2 members
    b <- SyncGroup answered: REBALANCE_IN_PROGRESS
