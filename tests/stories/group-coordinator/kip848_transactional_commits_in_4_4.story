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
