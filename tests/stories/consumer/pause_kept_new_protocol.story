# A pause() outlives another assignment for what the member keeps. What goes and comes back is not paused any more.
# Kafka: SubscriptionState.assignFromSubscribed, KafkaConsumer.pause (clients; KIP-848)

given group.protocol=consumer commit=sync steps=2.5s:pause
hide commit
hide Commit
until 2.6s
skip
produce 0 2
produce 1 2
may 0 epoch=2
until 7s
----
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
5.005s billing-0 gives up orders-1 (generation 1)
5.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0
5.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2

may 0,1 epoch=3
until 13s
----
10.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 3, may have orders-0, orders-1
10.006s billing-0 is assigned orders-1 (generation 3)
10.006s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 3, owns orders-0, orders-1
10.006s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 3: orders-1
10.006s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 3
10.006s   <- broker 1: OffsetFetch answered: orders-1 none
10.007s   -> broker 2: ListOffsets orders-1 earliest epoch 0
10.007s   <- broker 2: ListOffsets answered: orders-1@0
10.009s billing-0 gets orders-1@0..1 from poll(), high watermark 2
10.011s billing-0 processes orders-1@0..1
