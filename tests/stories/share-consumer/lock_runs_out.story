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
0.050s   <- broker 1: ShareFetch answered: orders-0 0 x1
0.051s billing-0 gets orders-0@0 from poll(), delivery 1
0.504s   <- broker 2: ShareFetch answered:
30.000s # STABLE at epoch 1, from [0, 1], holds 1 and 0 more until 30.051s
31.051s billing-0 processes orders-0@0
31.051s billing-0 sends ACCEPT of orders-0@0
31.051s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0
31.051s   <- broker 1: ShareAcknowledge answered: orders-0 INVALID_RECORD_STATE
31.052s billing-0 its acknowledgement of orders-0@0 fails: InvalidRecordStateException
31.052s   <- broker 1: ShareFetch answered: orders-0 0 x2
31.053s billing-0 gets orders-0@0 from poll(), delivery 2
