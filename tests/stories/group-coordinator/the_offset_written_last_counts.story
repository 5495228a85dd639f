# Of offsets committed inside and outside of transactions the one that was written last counts, not the one whose
# transaction was decided last.
# Kafka: OffsetMetadataManager.replayEndTransactionMarker (group-coordinator); KAFKA-16386

given
stable a b
txn-commit a producer=7 0@110
commit a 0@105
pass 5ms
end commit producer=7
fetch b 0
----
6.010s (a, b stable)
6.010s a -> TxnOffsetCommit copier of producer 7/0: billing as a#1 generation 1: orders-0@110
    append in the transaction of (7,0) billing commits orders-0@110 epoch 0 at 6.010s
    group billing has 110 for orders-0 once the transaction of producer 7 commits
    a <- TxnOffsetCommit answered: orders-0
6.010s a -> OffsetCommit billing as a#1 generation 1: orders-0@105
    timer session of a#1 at 51.010s
    timer linger at 6.015s
6.015s timer linger
    append billing commits orders-0@105 epoch 0 at 6.010s
    group billing stores 105 for orders-0
    a <- OffsetCommit answered: orders-0 ok
6.015s wanted: COMMIT marker of (7,1), coordinator epoch 0
    append COMMIT marker of (7,1), coordinator epoch 0
    marker: Ok(())
6.015s b -> OffsetFetch billing: orders-0
    group billing answers that orders-0 is at 105
    b <- OffsetFetch answered: orders-0@105

# Nor does it after a failover.
failover
fetch b 0
----
6.015s elected, log end 5, high watermark 5
    timer session of a#1 at 51.015s
    timer session of b#1 at 51.015s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 1, 2 members
6.015s b -> OffsetFetch billing: orders-0
    group billing answers that orders-0 is at 105
    b <- OffsetFetch answered: orders-0@105
