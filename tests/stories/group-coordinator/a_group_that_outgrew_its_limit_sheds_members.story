# A group that is too large when it is loaded turns away the last to rejoin.
# Kafka: GroupMetadataManager.acceptJoiningMember, prepareRebalance after load (group-coordinator); group.max.size

given
stable a b c
config group.max.size=2
failover
join a
join b
join c
----
6.010s (a, b, c stable)
6.010s elected, log end 2, high watermark 2
    timer session of a#1 at 51.010s
    timer session of b#1 at 51.010s
    timer session of c#1 at 51.010s
    timer join at 306.010s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 1, 3 members
    group billing PreparingRebalance, generation 1, 3 members
6.010s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
6.010s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 300.000s)
6.010s c -> JoinGroup billing as c#1: range orders (session 45.000s, rebalance 300.000s)
    no timer session of c#1
    group billing c is turned away: the group is full
    c <- JoinGroup answered: GROUP_MAX_SIZE_REACHED
