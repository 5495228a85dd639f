# unsubscribe() runs the listener while the member is still one, and then it leaves.
# Kafka: ConsumerMembershipManager.signalMemberLeavingGroup (clients); KIP-848

given group.protocol=consumer commit=sync listener=2s steps=2.5s:unsubscribe
until 2s
skip
until 6s
----
4.500s billing-0 gives up orders-0 (generation 1)
4.500s billing-0 gives up orders-1 (generation 1)
4.500s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch -1, owns -
4.500s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch -1
4.501s billing-0 subscribes no more to orders
