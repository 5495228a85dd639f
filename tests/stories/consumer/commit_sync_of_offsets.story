# commitSync(offsets) commits what the application names: here what its threads are done with, and not where its consumer is.
# Kafka: KafkaConsumer.commitSync(Map), OffsetAndMetadata without a leader epoch (clients)

given commit=sync worker=yes threads=2 per.record=300ms max.poll.records=3
produce 0 4
until 5s
skip
hide Heartbeat
until 8s
shutdown
----
