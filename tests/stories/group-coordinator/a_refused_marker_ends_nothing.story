# A marker that the log refuses is taken back: the offsets are pending as before. One that is not replicated in time may
# yet be.
# Kafka: CoordinatorRuntime.completeTransaction (coordinator-common)

given
stable a b
quietly txn-commit a producer=7 0@110
log refuses NOT_ENOUGH_REPLICAS
end commit producer=7
fetch b 0
----
6.010s (a, b stable)
6.010s wanted: COMMIT marker of (7,1), coordinator epoch 0
    append COMMIT marker of (7,1), coordinator epoch 0
    (refused)
    marker: Err(NotEnoughReplicas)
6.010s b -> OffsetFetch billing: orders-0
    b <- OffsetFetch answered: orders-0 UNSTABLE_OFFSET_COMMIT

log lags
end commit producer=7
pass 30s
----
6.010s wanted: COMMIT marker of (7,1), coordinator epoch 0
    append COMMIT marker of (7,1), coordinator epoch 0
11.000s timer write timeout
    timer write timeout at 36.010s
36.010s timer write timeout
    marker: Err(RequestTimedOut)

replicate
log replicates
fetch b 0
----
36.010s high watermark 4
    group billing stores 110 for orders-0
36.010s b -> OffsetFetch billing: orders-0
    group billing answers that orders-0 is at 110
    b <- OffsetFetch answered: orders-0@110
