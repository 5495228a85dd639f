# close() commits what was consumed, runs the callbacks, says that the member leaves, and waits for the answer.
# Kafka: AsyncKafkaConsumer.close, AbstractMembershipManager.leaveGroupOnClose (clients); KIP-848

given group.protocol=consumer
until 1s
produce 0 3
until 2s
skip
shutdown
until 3s
----
2.000s billing-0 sends a commit of 3 for orders-0 (position 3, generation 1)
2.000s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
2.000s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@3, orders-1@0
2.000s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
2.001s billing-0 is told that 3 of orders-0 is committed
2.001s billing-0 is told that 0 of orders-1 is committed
2.001s billing-0 gives up orders-0 (generation 1)
2.001s billing-0 gives up orders-1 (generation 1)
2.001s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch -1, owns -
2.001s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch -1
2.002s exits
