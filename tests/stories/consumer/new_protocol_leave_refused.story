# The coordinator refuses to let a member go. close() goes on all the same.
# Kafka: AbstractMembershipManager.transitionToFatal (clients); KAFKA-19300

given group.protocol=consumer
until 1s
skip
refused ConsumerGroupHeartbeat GROUP_ID_NOT_FOUND
shutdown
until 60s
----
1.000s billing-0 sends a commit of 0 for orders-0 (position 0, generation 1)
1.000s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
1.000s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@0, orders-1@0
1.000s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
1.001s billing-0 is told that 0 of orders-0 is committed
1.001s billing-0 is told that 0 of orders-1 is committed
1.001s billing-0 gives up orders-0 (generation 1)
1.001s billing-0 gives up orders-1 (generation 1)
1.001s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch -1, owns -
1.001s   <- broker 1: ConsumerGroupHeartbeat answered: GROUP_ID_NOT_FOUND
1.002s exits
