# close() acknowledges what was acknowledged, closes the share sessions and leaves; under implicit acknowledgement what the last poll() returned is free again.
# Kafka: ShareConsumerImpl.close, ShareConsumeRequestManager.acknowledgeOnClose (clients)

given per.record=50ms
until 50ms
skip
produce 0 1
until 80ms
shutdown
until 1s
----
