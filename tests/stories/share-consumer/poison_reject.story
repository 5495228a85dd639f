# A record that is rejected never comes again.
# Kafka: AcknowledgeType.REJECT (clients)

given share.acknowledgement.mode=explicit poison=reject
until 50ms
skip
produce 0 3 poison=1
until 1s
----
