# A rebalance under way is in no log: members of the unfinished generation are told ILLEGAL_GENERATION, new ones are
# unknown.
# Kafka: GroupMetadataManager.replay(GroupMetadataKey): only what was replicated (group-coordinator)

given
stable a b
quiet
enter c
join a
join b
aloud
failover
heartbeat a
heartbeat c
join a
----
6.010s (a, b stable)
6.010s elected, log end 2, high watermark 2
    timer session of a#1 at 51.010s
    timer session of b#1 at 51.010s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 1, 2 members
6.010s a -> Heartbeat billing as a#1 generation 2
    a <- Heartbeat answered: ILLEGAL_GENERATION
6.010s c -> Heartbeat billing as c#1 generation 2
    c <- Heartbeat answered: UNKNOWN_MEMBER_ID
6.010s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    timer join at 306.010s
    group billing PreparingRebalance, generation 1, 2 members
