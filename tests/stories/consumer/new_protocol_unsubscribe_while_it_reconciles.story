# Who unsubscribes while it has partitions to give up gives all of them up, each once.
# Kafka: AsyncKafkaConsumer.unsubscribe, AbstractMembershipManager.maybeAbortReconciliation (clients)

given group.protocol=consumer commit=sync kafka=4.2 per.record=3s steps=2.5s:unsubscribe
until 2s
skip
produce 0 2
may 0 epoch=2
until 9s
----
2.001s billing-0 gets orders-0@0..1 from poll(), high watermark 2
5.001s billing-0 processes orders-0@0
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
8.001s billing-0 processes orders-0@1
8.001s billing-0 sends a commit of 2 for orders-0 (position 2, generation 2)
8.001s billing-0 sends a commit of 0 for orders-1 (position 0, generation 2)
8.001s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@2, orders-1@0
8.001s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
8.002s billing-0 is told that 2 of orders-0 is committed
8.002s billing-0 is told that 0 of orders-1 is committed
8.002s CommitReturned node=billing-0 call=1 error=null
8.002s billing-0 gives up orders-0 (generation 1)
8.002s billing-0 gives up orders-1 (generation 1)
8.002s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch -1, owns -
8.002s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch -1
8.003s billing-0 subscribes no more to orders
