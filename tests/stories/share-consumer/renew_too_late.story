# A lock that is gone is not renewed: the record is somebody else's, and the work on it was in vain.
# Kafka: ShareInFlightBatch.renew (clients); KIP-1222

given share.acknowledgement.mode=explicit per.record=25s renew=20s
until 50ms
skip
hide Heartbeat
produce 0 1
until 10s
locks
until 40s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0 x1
0.051s billing-0 gets orders-0@0 from poll(), delivery 1
0.504s   <- broker 2: ShareFetch answered:
20.051s billing-0 sends RENEW of orders-0@0
20.051s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 RENEW 0
20.051s   <- broker 1: ShareAcknowledge answered: orders-0 INVALID_RECORD_STATE
20.052s billing-0 its acknowledgement of orders-0@0 fails: InvalidRecordStateException
20.052s   <- broker 1: ShareFetch answered: orders-0 0 x2
20.053s billing-0 gets orders-0@0 from poll(), delivery 2
25.053s billing-0 processes orders-0@0
25.053s billing-0 sends ACCEPT of orders-0@0
25.053s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 ACCEPT 0
25.553s   <- broker 1: ShareFetch answered: orders-0
25.653s billing-0 is told that orders-0@0 is acknowledged
