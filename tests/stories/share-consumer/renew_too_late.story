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
