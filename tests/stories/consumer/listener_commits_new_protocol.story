# The same with the new protocol: onPartitionsRevoked waits for its commit, and the heartbeat that says that the partition is gone comes after.
# Kafka: AsyncKafkaConsumer.processBackgroundEvents (clients, KIP-848)

given group.protocol=consumer commit=async listener=commit
until 1s
produce 1 2
until 2s
skip
may 0 epoch=2
until 6s
----
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
5.005s billing-0 sends a commit of 0 for orders-0 (position 0, generation 2)
5.005s billing-0 sends a commit of 2 for orders-1 (position 2, generation 2)
5.005s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@0, orders-1@2
5.005s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
5.006s billing-0 is told that 0 of orders-0 is committed
5.006s billing-0 is told that 2 of orders-1 is committed
5.006s CommitReturned node=billing-0 call=2 error=null
5.006s billing-0 gives up orders-1 (generation 1)
5.006s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0
5.006s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
