# In 4.0 and 4.1 poll() waits for the committed offset of a new partition until its time is over, and hands out what is buffered of the other only then.
# Kafka: AsyncKafkaConsumer.updateFetchPositions (clients, 4.0); KAFKA-18376

given group.protocol=consumer commit=never kafka=4.0
may 0 epoch=1
until 1s
skip
may 0,1 epoch=2
silent OffsetFetch
until 5.02s
produce 0 3
until 5.5s
produce 0 2
until 6s
