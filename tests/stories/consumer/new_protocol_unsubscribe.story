# unsubscribe() gives everything up without a commit, says that the member leaves, and waits for the answer. With the next subscribe() and poll() the same member joins anew.
# Kafka: AsyncKafkaConsumer.unsubscribe, AbstractMembershipManager.leaveGroup (clients); KIP-848

given group.protocol=consumer steps=2.5s:unsubscribe/4s:subscribe:orders
until 2s
produce 0 3
until 2.4s
skip
until 3.9s
----
2.504s billing-0 gives up orders-0 (generation 1)
2.504s billing-0 gives up orders-1 (generation 1)
2.504s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch -1, owns -
2.504s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch -1
2.505s billing-0 subscribes no more to orders

may 0,1 epoch=2
until 5s
----
4.000s billing-0 subscribes to orders
4.000s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
4.000s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0, orders-1
4.001s billing-0 is assigned orders-0 (generation 2)
4.001s billing-0 is assigned orders-1 (generation 2)
4.001s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0, orders-1
4.001s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 2: orders-0, orders-1
4.001s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
4.001s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
4.002s   -> broker 1: ListOffsets orders-0 earliest epoch 0
4.002s   -> broker 2: ListOffsets orders-1 earliest epoch 0
4.002s   <- broker 2: ListOffsets answered: orders-1@0
4.002s   <- broker 1: ListOffsets answered: orders-0@0
4.003s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
4.003s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
4.004s billing-0 gets orders-0@0..2 from poll(), high watermark 3
4.007s billing-0 processes orders-0@0..2
