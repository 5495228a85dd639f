# A new partition has no position as long as the coordinator is not known. What is buffered of the other is handed out meanwhile, and fetched as long as there is something to hand out.
# Kafka: AsyncKafkaConsumer.poll, ApplicationEventProcessor.process(AsyncPollEvent) (clients); KAFKA-18376

given group.protocol=consumer commit=never
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
