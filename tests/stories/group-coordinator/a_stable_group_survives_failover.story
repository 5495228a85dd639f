# A stable group survives: same generation, same members, same assignment, committed offsets. Every session starts anew,
# so a member that died just before is noticed late.
# Kafka: GroupMetadataManager.onLoaded, replay (group-coordinator)

given
stable a b
quiet
commit a 0@10
pass 40s
aloud
failover
heartbeat a
sync a
fetch a 0
pass 44s
----
6.010s (a, b stable)
46.010s elected, log end 3, high watermark 3
    timer session of a#1 at 91.010s
    timer session of b#1 at 91.010s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 1, 2 members
46.010s a -> Heartbeat billing as a#1 generation 1
    a <- Heartbeat answered: ok
46.010s a -> SyncGroup billing as a#1 generation 1
    a <- SyncGroup answered: orders-0
46.010s a -> OffsetFetch billing: orders-0
    group billing answers that orders-0 is at 10
    a <- OffsetFetch answered: orders-0@10

heartbeat a
pass 2s
----
90.010s a -> Heartbeat billing as a#1 generation 1
    timer session of a#1 at 135.010s
    a <- Heartbeat answered: ok
91.010s timer session of b#1
    timer join at 391.010s
    group billing b is removed: session.timeout.ms without a heartbeat
    group billing PreparingRebalance, generation 1, 1 members
