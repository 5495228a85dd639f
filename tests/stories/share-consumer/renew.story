# Who renews its locks breaks work off for that, and gets the same records from the next poll(): nothing is fetched with a renewal.
# Kafka: ShareInFlightBatch.renew, ShareConsumerImpl.collect (clients); KIP-1222

given share.acknowledgement.mode=explicit per.record=25s renew=20s
until 50ms
skip
hide Heartbeat
produce 0 2
until 60s
----
