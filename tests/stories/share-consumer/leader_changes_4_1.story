# Records of a leader that is none any more, as share.acknowledge.leader says: here of Kafka 4.1.
# Kafka: ShareConsumeRequestManager.isLeaderKnownToHaveChanged (clients)

given kafka=4.1 share.acknowledgement.mode=explicit commit=sync per.record=400ms metadata.max.age.ms=300
until 50ms
skip
produce 0 1
until 100ms
lead 0 2
until 1.5s
----
