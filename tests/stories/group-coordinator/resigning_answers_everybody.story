# Whoever waits is sent away when the broker leads no longer, parked JoinGroups as well; no timer is left.
# Kafka: CoordinatorRuntime.CoordinatorContext.unload (coordinator-common), GroupMetadataManager.onUnloaded

given
stable a b
log lags
commit b 1@5
heartbeat b
join a
resign
heartbeat b
----
6.010s (a, b stable)
6.010s b -> OffsetCommit billing as b#1 generation 1: orders-1@5
    timer session of b#1 at 51.010s
    timer linger at 6.015s
6.010s b -> Heartbeat billing as b#1 generation 1
6.010s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    timer join at 306.010s
    group billing PreparingRebalance, generation 1, 2 members
6.010s resigned
    no timer join
    no timer session of a#1
    no timer session of b#1
    no timer linger
    no timer write timeout
    broker 1 coordinates __consumer_offsets-1 no more
    b <- OffsetCommit answered: orders-1 NOT_COORDINATOR
    b <- Heartbeat answered: NOT_COORDINATOR
    a <- JoinGroup answered: NOT_COORDINATOR
6.010s b -> Heartbeat billing as b#1 generation 1
    b <- Heartbeat answered: NOT_COORDINATOR
