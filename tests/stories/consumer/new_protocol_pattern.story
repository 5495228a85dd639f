# A member sends a SubscriptionPattern once, and no names; what it is then told to have are topics that it has never heard of, so that it asks for them first.
# Kafka: ConsumerHeartbeatRequestManager.buildRequestData, ConsumerMetadata.newMetadataRequestBuilder (clients)

given group.protocol=consumer commit=sync pattern=ord.* kafka=4.1
may - epoch=1
produce 0 2
until 3s
may 0,1 epoch=2
until 9s

# after an answer that never came it sends everything again
hang ConsumerGroupHeartbeat
until 16s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to what matches ord.*, owns - (rebalance 300.000s)
0.003s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1, may have -
0.004s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 1, owns -
0.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0, orders-1
5.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns -
5.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
5.006s billing-0 is assigned orders-0 (generation 2)
5.006s billing-0 is assigned orders-1 (generation 2)
5.006s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 2: orders-0, orders-1
5.006s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
5.007s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0, orders-1
5.007s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
5.007s   -> broker 2: ListOffsets orders-1 earliest epoch 0
5.007s   <- broker 2: ListOffsets answered: orders-1@0
5.008s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
5.008s   -> broker 1: ListOffsets orders-0 earliest epoch 0
5.008s   <- broker 1: ListOffsets answered: orders-0@0
5.009s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
5.010s billing-0 gets orders-0@0..1 from poll(), high watermark 2
5.012s billing-0 processes orders-0@0..1
5.012s billing-0 sends a commit of 2 for orders-0 (position 2, generation 2)
5.012s billing-0 sends a commit of 0 for orders-1 (position 0, generation 2)
5.012s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@2, orders-1@0
5.012s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
5.013s billing-0 is told that 2 of orders-0 is committed
5.013s billing-0 is told that 0 of orders-1 is committed
5.013s CommitReturned node=billing-0 call=1 error=null
10.008s   -> broker 2: FindCoordinator billing
10.018s   <- broker 2: FindCoordinator answered: broker 1
11.009s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, subscribed to what matches ord.*, owns orders-0, orders-1 (rebalance 300.000s)
11.009s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0, orders-1
