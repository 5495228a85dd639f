# unsubscribe() waits for the leave no longer than default.api.timeout.ms, and then it is as if it had been answered.
# Kafka: AsyncKafkaConsumer.unsubscribe (clients)

given group.protocol=consumer commit=sync default.api.timeout.ms=2000 steps=2.5s:unsubscribe/3s:subscribe:orders
until 2.4s
skip
silent ConsumerGroupHeartbeat
until 6s
----
2.500s billing-0 gives up orders-0 (generation 1)
2.500s billing-0 gives up orders-1 (generation 1)
2.500s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch -1, owns -
4.500s billing-0 subscribes no more to orders
4.500s billing-0 subscribes to orders
