# A member stalls with its transaction open, and is removed. The next owner of its partition begins where the group
# stands. The old member comes back and is refused, so that its transaction must be aborted: one visible result.
# Kafka: OffsetMetadataManager.validateTransactionalOffsetCommit, ClassicGroup.validateOffsetCommit
# (group-coordinator); KIP-447

given
quiet
stable a b
commit a 0@100
pass 5ms
# a stalls; b goes on, and rejoins when it hears of the rebalance.
until 40s
heartbeat b
until 52s
heartbeat b
join b
until 60s
sync b b=0
pass 5ms
aloud
fetch b 0
txn-commit a producer=7 0@110
----
60.005s b -> OffsetFetch billing: orders-0
    group billing answers that orders-0 is at 100
    b <- OffsetFetch answered: orders-0@100
60.005s a -> TxnOffsetCommit copier of producer 7/0: billing as a#1 generation 1: orders-0@110
    group billing refuses a commit for orders-0: UNKNOWN_MEMBER_ID
    a <- TxnOffsetCommit answered: orders-0 UNKNOWN_MEMBER_ID

txn-commit b producer=9 0@110
end commit producer=9
fetch b 0
----
60.005s b -> TxnOffsetCommit copier of producer 9/0: billing as b#1 generation 2: orders-0@110
    append in the transaction of (9,0) billing commits orders-0@110 epoch 0 at 60.005s
    group billing has 110 for orders-0 once the transaction of producer 9 commits
    b <- TxnOffsetCommit answered: orders-0
60.005s wanted: COMMIT marker of (9,1), coordinator epoch 0
    append COMMIT marker of (9,1), coordinator epoch 0
    group billing stores 110 for orders-0
    marker: Ok(())
60.005s b -> OffsetFetch billing: orders-0
    group billing answers that orders-0 is at 110
    b <- OffsetFetch answered: orders-0@110
