# Who works longer than the lock lasts is told that the record is not its own any more: the work is done, and will be done again.
# Kafka: SharePartition.acknowledge (core), INVALID_RECORD_STATE

given share.acknowledgement.mode=explicit commit=sync per.record=31s
until 50ms
skip
hide Heartbeat
produce 0 1
until 30s
describe
locks
until 40s
----
