# close() with explicit acknowledgement: what was said goes with the last request of the session.
# Kafka: ShareConsumerImpl.close, ShareConsumeRequestManager.acknowledgeOnClose (clients)

given share.acknowledgement.mode=explicit per.record=50ms
until 50ms
skip
silent ShareFetch
produce 0 1
until 120ms
shutdown
until 1s
----
