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
----
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0, orders-1
5.005s billing-0 is assigned orders-1 (generation 2)
5.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0, orders-1
5.005s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 2: orders-1
5.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
5.200s billing-0 gets orders-0@0..2 from poll(), high watermark 3
5.203s billing-0 processes orders-0@0..2
5.503s billing-0 gets orders-0@3..4 from poll(), high watermark 5
5.505s billing-0 processes orders-0@3..4
