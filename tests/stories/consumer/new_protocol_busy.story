# While the application is at work with a batch its heartbeats go on. A partition that it is to give up waits for its next poll().
# Kafka: AsyncKafkaConsumer.processBackgroundEvents, AbstractMembershipManager.maybeReconcile (clients); KIP-848

given group.protocol=consumer commit=sync per.record=3s
until 500ms
produce 1 4
may 0 epoch=2
until 14s
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
0.501s billing-0 gets orders-1@0..3 from poll(), high watermark 4
3.501s billing-0 processes orders-1@0
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
6.501s billing-0 processes orders-1@1
9.501s billing-0 processes orders-1@2
12.501s billing-0 processes orders-1@3
12.501s billing-0 sends a commit of 0 for orders-0 (position 0, generation 2)
12.501s billing-0 sends a commit of 4 for orders-1 (position 4, generation 2)
12.501s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@0, orders-1@4
12.501s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
12.502s billing-0 is told that 0 of orders-0 is committed
12.502s billing-0 is told that 4 of orders-1 is committed
12.502s CommitReturned node=billing-0 call=1 error=null
12.502s billing-0 gives up orders-1 (generation 1)
12.502s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0
12.502s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
