# With explicit acknowledgement and commitSync() each record is acknowledged with a ShareAcknowledge, before the next poll().
# Kafka: ShareConsumerImpl.commitSync, ShareConsumeRequestManager.commitSync (clients)

given share.acknowledgement.mode=explicit commit=sync per.record=20ms
until 50ms
skip
produce 0 3
until 1s
----
