# The next coordinator reads the records of transactions and their markers: what is pending is so for it, too.
# Kafka: CoordinatorLoaderImpl.doLoad (core), GroupCoordinatorShard.replayEndTransactionMarker (group-coordinator)

given
stable a b
quiet
txn-commit a producer=7 0@110
txn-commit a producer=8 1@210
end commit producer=8
txn-commit a producer=9 2@310
end abort producer=9
aloud
failover
fetch b 0,1,2
end commit producer=7
fetch b 0,1,2
----
6.010s (a, b stable)
6.010s elected, log end 7, high watermark 7
    timer session of a#1 at 51.010s
    timer session of b#1 at 51.010s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 1, 2 members
6.010s b -> OffsetFetch billing: orders-0, orders-1, orders-2
    b <- OffsetFetch answered: orders-1@210, orders-2 none, orders-0 UNSTABLE_OFFSET_COMMIT
6.010s wanted: COMMIT marker of (7,1), coordinator epoch 0
    timer write timeout at 36.010s
    append COMMIT marker of (7,1), coordinator epoch 0
    group billing stores 110 for orders-0
    marker: Ok(())
6.010s b -> OffsetFetch billing: orders-0, orders-1, orders-2
    group billing answers that orders-0 is at 110
    group billing answers that orders-1 is at 210
    group billing answers that orders-2 is at -1
    b <- OffsetFetch answered: orders-0@110, orders-1@210, orders-2 none

resign
end commit producer=7
----
6.010s resigned
    no timer session of a#1
    no timer session of b#1
    no timer write timeout
    broker 2 coordinates __consumer_offsets-1 no more
6.010s wanted: COMMIT marker of (7,1), coordinator epoch 0
    marker: Err(NotLeaderOrFollower)
