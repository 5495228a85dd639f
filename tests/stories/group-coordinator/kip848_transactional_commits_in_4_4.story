# Since 4.4 a transaction is told that its epoch is stale.
# Kafka: OffsetMetadataManager.validateTransactionalOffsetCommit (group-coordinator); KIP-1319

given version=4.4 group.consumer.assignment.interval.ms=0
quiet
enroll a
enroll b
pass 10ms
beat a
pass 10ms
deaf a
ack a
pass 10ms
aloud
txn-commit a producer=7 3@20
txn-commit a producer=7 0@20
----
0.030s a -> TxnOffsetCommit copier of producer 7/0: billing as a#1 generation 2: orders-3@20
    group billing refuses a commit for orders-3: STALE_MEMBER_EPOCH
    a <- TxnOffsetCommit answered: orders-3 STALE_MEMBER_EPOCH
0.030s a -> TxnOffsetCommit copier of producer 7/0: billing as a#1 generation 2: orders-0@20
    append in the transaction of (7,0) billing commits orders-0@20 epoch 0 at 0.030s
    group billing has 20 for orders-0 once the transaction of producer 7 commits
    a <- TxnOffsetCommit answered: orders-0
