# The leader dies between the join and its assignment: the followers, parked and so alive, wait until its session ends.
# Kafka: GroupMetadataManager.expireClassicGroupMemberHeartbeat (group-coordinator)

given
quiet
enter a
enter b
until 6s
aloud
sync b
pass 46s
----
6.000s b -> SyncGroup billing as b#1 generation 1
51.000s timer session of a#1
    timer session of b#1 at 96.000s
    no timer sync
    timer join at 351.000s
    group billing a is removed: session.timeout.ms without a heartbeat
    group billing PreparingRebalance, generation 1, 1 members
    b <- SyncGroup answered: REBALANCE_IN_PROGRESS
