# The same in a group of the new protocol.
# Kafka: KafkaConsumer, "Storing Offsets Outside Kafka"; ConsumerRebalanceListener.onPartitionsAssigned (clients)

given group.protocol=consumer commit=sink
until 1s
produce 0 3
until 2s
restart
until 3s
produce 0 1
until 4s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
0.003s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1, may have orders-0, orders-1
0.004s billing-0 is assigned orders-0 (generation 1)
0.004s billing-0 is assigned orders-1 (generation 1)
0.004s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 1, owns orders-0, orders-1
0.004s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 1: orders-0, orders-1
0.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1
0.004s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.005s   -> broker 2: ListOffsets orders-1 earliest epoch 0
0.005s   <- broker 2: ListOffsets answered: orders-1@0
0.006s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.006s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.006s   <- broker 1: ListOffsets answered: orders-0@0
0.007s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
1.001s billing-0 gets orders-0@0..2 from poll(), high watermark 3
1.002s billing-0 record 0 of checkout-0 to orders-0 has an effect outside
1.002s billing-0 processes orders-0@0
1.003s billing-0 record 1 of checkout-0 to orders-0 has an effect outside
1.003s billing-0 processes orders-0@1
1.004s billing-0 record 2 of checkout-0 to orders-0 has an effect outside
1.004s billing-0 processes orders-0@2
2.000s # the process dies, and is started again
2.001s   -> broker 1: FindCoordinator billing
2.001s   <- broker 1: FindCoordinator answered: broker 1
2.003s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#2 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
2.003s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#2 at epoch 1, may have orders-0, orders-1
2.004s billing-0 is assigned orders-0 (generation 1)
2.004s billing-0 is assigned orders-1 (generation 1)
2.004s billing-0 seeks orders-0 to 3
2.004s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#2 at epoch 1, owns orders-0, orders-1
2.004s   -> broker 1: OffsetFetch billing as billing-0#2 at epoch 1: orders-1
2.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#2 at epoch 1
2.004s   <- broker 1: OffsetFetch answered: orders-1 none
2.006s   -> broker 2: ListOffsets orders-1 earliest epoch 0
2.006s   <- broker 2: ListOffsets answered: orders-1@0
2.007s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
3.001s billing-0 gets orders-0@3 from poll(), high watermark 4
3.002s billing-0 record 3 of checkout-0 to orders-0 has an effect outside
3.002s billing-0 processes orders-0@3
