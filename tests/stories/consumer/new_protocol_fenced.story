# The coordinator does not know the member's epoch. The partitions are lost, and the same member joins anew at once.
# Kafka: AbstractMembershipManager.transitionToFenced (clients); KIP-848

given group.protocol=consumer
until 1s
skip
refused ConsumerGroupHeartbeat FENCED_MEMBER_EPOCH
until 6s
----
5.004s billing-0 sends a commit of 0 for orders-0 (position 0, generation 1)
5.004s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
5.004s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@0, orders-1@0
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: FENCED_MEMBER_EPOCH
5.004s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
5.005s billing-0 loses orders-0 (generation 1)
5.005s billing-0 loses orders-1 (generation 1)
5.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
5.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1, may have orders-0, orders-1
5.005s billing-0 is told that 0 of orders-0 is committed
5.005s billing-0 is told that 0 of orders-1 is committed
5.006s billing-0 is assigned orders-0 (generation 1)
5.006s billing-0 is assigned orders-1 (generation 1)
5.006s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 1, owns orders-0, orders-1
5.006s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 1: orders-0, orders-1
5.006s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1
5.006s   <- broker 1: OffsetFetch answered: orders-0@0, orders-1@0
5.007s billing-0 begins orders-0 at the committed offset 0
5.007s billing-0 begins orders-1 at the committed offset 0
