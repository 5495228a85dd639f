# A coordinator that speaks the classic protocol only.
# Kafka: KafkaApis.handleConsumerGroupHeartbeat, isConsumerGroupProtocolEnabled (core)

given group.coordinator.rebalance.protocols=classic
enroll a
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    group billing answers a heartbeat of a with UNSUPPORTED_VERSION
    a <- ConsumerGroupHeartbeat answered: UNSUPPORTED_VERSION
