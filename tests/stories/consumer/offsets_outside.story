# With its offsets in a database the listener seeks to what is there, and no committed offset is asked for. Where nothing is kept, it is as without it.
# Kafka: KafkaConsumer, "Storing Offsets Outside Kafka"; ConsumerRebalanceListener.onPartitionsAssigned (clients)

given commit=sink
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
0.003s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.003s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#1
0.004s   -> broker 1: JoinGroup billing as billing-0#1: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.004s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 (orders)
0.005s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets orders-0, orders-1
0.005s   <- broker 1: SyncGroup answered: orders-0, orders-1
0.006s billing-0 is assigned orders-0 (generation 1)
0.006s billing-0 is assigned orders-1 (generation 1)
0.006s   -> broker 1: OffsetFetch billing: orders-0, orders-1
0.006s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.007s   -> broker 2: ListOffsets orders-1 earliest epoch 0
0.007s   <- broker 2: ListOffsets answered: orders-1@0
0.008s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.008s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.008s   <- broker 1: ListOffsets answered: orders-0@0
0.009s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
1.001s billing-0 gets orders-0@0..2 from poll(), high watermark 3
1.002s billing-0 record 0 of checkout-0 to orders-0 has an effect outside
1.002s billing-0 processes orders-0@0
1.003s billing-0 record 1 of checkout-0 to orders-0 has an effect outside
1.003s billing-0 processes orders-0@1
1.004s billing-0 record 2 of checkout-0 to orders-0 has an effect outside
1.004s billing-0 processes orders-0@2
2.000s # the process dies, and is started again
2.001s   -> broker 2: FindCoordinator billing
2.001s   <- broker 2: FindCoordinator answered: broker 1
2.003s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
2.003s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#2
2.004s   -> broker 1: JoinGroup billing as billing-0#2: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
2.004s   <- broker 1: JoinGroup answered: billing-0#2 in generation 1, led by billing-0#2 with billing-0#2 (orders)
2.005s   -> broker 1: SyncGroup billing as billing-0#2 generation 1: billing-0#2 gets orders-0, orders-1
2.005s   <- broker 1: SyncGroup answered: orders-0, orders-1
2.006s billing-0 is assigned orders-0 (generation 1)
2.006s billing-0 is assigned orders-1 (generation 1)
2.006s billing-0 seeks orders-0 to 3
2.006s   -> broker 1: OffsetFetch billing: orders-1
2.006s   <- broker 1: OffsetFetch answered: orders-1 none
2.007s   -> broker 2: ListOffsets orders-1 earliest epoch 0
2.007s   <- broker 2: ListOffsets answered: orders-1@0
2.008s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
3.001s billing-0 gets orders-0@3 from poll(), high watermark 4
3.002s billing-0 record 3 of checkout-0 to orders-0 has an effect outside
3.002s billing-0 processes orders-0@3
