# Offsets that come with a transaction are replicated at once and stay pending. The next reader is told that they are not
# stable, until the marker is replicated; a commit makes them the committed ones.
# Kafka: OffsetMetadataManager.commitTransactionalOffset, replayEndTransactionMarker, fetchOffsets (group-coordinator);
# CoordinatorRuntime.completeTransaction (coordinator-common); KIP-98, KIP-447

given
stable a b
commit a 0@100
pass 5ms
----
6.010s (a, b stable)
6.010s a -> OffsetCommit billing as a#1 generation 1: orders-0@100
    timer session of a#1 at 51.010s
    timer linger at 6.015s
6.015s timer linger
    append billing commits orders-0@100 epoch 0 at 6.010s
    group billing stores 100 for orders-0
    a <- OffsetCommit answered: orders-0 ok

txn-commit a producer=7 0@110
fetch b 0,1
----
6.015s a -> TxnOffsetCommit copier of producer 7/0: billing as a#1 generation 1: orders-0@110
    append in the transaction of (7,0) billing commits orders-0@110 epoch 0 at 6.015s
    group billing has 110 for orders-0 once the transaction of producer 7 commits
    a <- TxnOffsetCommit answered: orders-0
6.015s b -> OffsetFetch billing: orders-0, orders-1
    b <- OffsetFetch answered: orders-1 none, orders-0 UNSTABLE_OFFSET_COMMIT

log lags
end commit producer=7
fetch b 0
----
6.015s wanted: COMMIT marker of (7,1), coordinator epoch 0
    append COMMIT marker of (7,1), coordinator epoch 0
6.015s b -> OffsetFetch billing: orders-0

replicate
----
6.015s high watermark 5
    group billing stores 110 for orders-0
    group billing answers that orders-0 is at 110
    marker: Ok(())
    b <- OffsetFetch answered: orders-0@110
