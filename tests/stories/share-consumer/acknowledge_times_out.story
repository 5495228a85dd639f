# A ShareAcknowledge without an answer: after request.timeout.ms its connection is given up, and meanwhile nothing is fetched from anybody.
# Kafka: ShareConsumeRequestManager.processAcknowledgements (clients)

given share.acknowledgement.mode=explicit commit=async request.timeout.ms=2000
until 50ms
skip
silent ShareAcknowledge
produce 0 1
until 1s
produce 1 1
until 4s
----
