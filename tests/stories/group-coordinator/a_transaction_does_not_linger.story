# What belongs to a transaction has a batch of its own, which goes at once; what lingers goes before it.
# Kafka: CoordinatorRuntime.append, flushCurrentBatch (coordinator-common)

given
stable a b
commit a 1@20
pass 2ms
txn-commit a producer=7 0@110
commit a 2@30
end commit producer=7
----
6.010s (a, b stable)
6.010s a -> OffsetCommit billing as a#1 generation 1: orders-1@20
    timer session of a#1 at 51.010s
    timer linger at 6.015s
6.012s a -> TxnOffsetCommit copier of producer 7/0: billing as a#1 generation 1: orders-0@110
    no timer linger
    append billing commits orders-1@20 epoch 0 at 6.010s
    append in the transaction of (7,0) billing commits orders-0@110 epoch 0 at 6.012s
    group billing stores 20 for orders-1
    group billing has 110 for orders-0 once the transaction of producer 7 commits
    a <- OffsetCommit answered: orders-1 ok
    a <- TxnOffsetCommit answered: orders-0
6.012s a -> OffsetCommit billing as a#1 generation 1: orders-2@30
    timer session of a#1 at 51.012s
    timer linger at 6.017s
6.012s wanted: COMMIT marker of (7,1), coordinator epoch 0
    no timer linger
    append billing commits orders-2@30 epoch 0 at 6.012s
    append COMMIT marker of (7,1), coordinator epoch 0
    group billing stores 30 for orders-2
    group billing stores 110 for orders-0
    a <- OffsetCommit answered: orders-2 ok
    marker: Ok(())
