# A new partition has no position as long as the coordinator is not known. What is buffered of the other is handed out meanwhile, and fetched as long as there is something to hand out: after a fetch that brings nothing there is no other.
# Kafka: AsyncKafkaConsumer.poll, ApplicationEventProcessor.process(AsyncPollEvent) (clients); KAFKA-18376

given group.protocol=consumer commit=never
may 0 epoch=1
until 1s
skip
may 0,1 epoch=2
silent OffsetFetch
until 5006ms
produce 0 3
until 5300ms
produce 0 2
until 6s
produce 0 1
until 7s
----
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0, orders-1
5.005s billing-0 is assigned orders-1 (generation 2)
5.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0, orders-1
5.005s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 2: orders-1
5.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
5.007s billing-0 gets orders-0@0..2 from poll(), high watermark 3
5.010s billing-0 processes orders-0@0..2
5.301s billing-0 gets orders-0@3..4 from poll(), high watermark 5
5.303s billing-0 processes orders-0@3..4
