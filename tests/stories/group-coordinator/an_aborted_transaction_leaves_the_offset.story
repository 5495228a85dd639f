# An ABORT marker drops the offsets of its transaction: what was committed before is what the next reader gets.
# Kafka: OffsetMetadataManager.replayEndTransactionMarker (group-coordinator)

given
stable a b
commit a 0@100
pass 5ms
txn-commit a producer=7 0@110 1@7
end abort producer=7
fetch b 0,1
----
6.010s (a, b stable)
6.010s a -> OffsetCommit billing as a#1 generation 1: orders-0@100
    timer session of a#1 at 51.010s
    timer linger at 6.015s
6.015s timer linger
    append billing commits orders-0@100 epoch 0 at 6.010s
    group billing stores 100 for orders-0
    a <- OffsetCommit answered: orders-0 ok
6.015s a -> TxnOffsetCommit copier of producer 7/0: billing as a#1 generation 1: orders-0@110, orders-1@7
    append in the transaction of (7,0) billing commits orders-0@110 epoch 0 at 6.015s
           billing commits orders-1@7 epoch 0 at 6.015s
    group billing has 110 for orders-0 once the transaction of producer 7 commits
    group billing has 7 for orders-1 once the transaction of producer 7 commits
    a <- TxnOffsetCommit answered: orders-0, orders-1
6.015s wanted: ABORT marker of (7,1), coordinator epoch 0
    append ABORT marker of (7,1), coordinator epoch 0
    group billing drops 110 for orders-0: the transaction of producer 7 is aborted
    group billing drops 7 for orders-1: the transaction of producer 7 is aborted
    marker: Ok(())
6.015s b -> OffsetFetch billing: orders-0, orders-1
    group billing answers that orders-0 is at 100
    group billing answers that orders-1 is at -1
    b <- OffsetFetch answered: orders-0@100, orders-1 none

# A marker of a producer that has no offsets here is written all the same.
end commit producer=8
----
6.015s wanted: COMMIT marker of (8,1), coordinator epoch 0
    append COMMIT marker of (8,1), coordinator epoch 0
    marker: Ok(())
