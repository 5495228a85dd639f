# Without a rebalance listener a member that was fenced gives up what it has while its application is at work, and joins again at once.
# Kafka: ConsumerMembershipManager.invokeOnPartitionsLostCallback (clients)

given group.protocol=consumer commit=sync per.record=3s listener=none
until 500ms
produce 1 4
until 4s
skip
refused ConsumerGroupHeartbeat FENCED_MEMBER_EPOCH
until 14s
----
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: FENCED_MEMBER_EPOCH
5.005s billing-0 loses orders-0 (generation 1)
5.005s billing-0 loses orders-1 (generation 1)
5.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
5.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1, may have orders-0, orders-1
6.501s billing-0 processes orders-1@1
9.501s billing-0 processes orders-1@2
12.501s billing-0 processes orders-1@3
12.501s CommitReturned node=billing-0 call=1 error=null
12.501s billing-0 is assigned orders-0 (generation 1)
12.501s billing-0 is assigned orders-1 (generation 1)
12.501s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 1, owns orders-0, orders-1
12.501s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 1: orders-0, orders-1
12.501s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1
12.501s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
12.502s   -> broker 1: ListOffsets orders-0 earliest epoch 0
12.502s   -> broker 2: ListOffsets orders-1 earliest epoch 0
12.502s   <- broker 2: ListOffsets answered: orders-1@0
12.502s   <- broker 1: ListOffsets answered: orders-0@0
12.503s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
12.503s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
12.504s billing-0 gets orders-1@0..3 from poll(), high watermark 4
