# close() commits what was consumed, runs the callbacks, says that the member leaves, and waits for the answer.
# Kafka: AsyncKafkaConsumer.close, AbstractMembershipManager.leaveGroupOnClose (clients); KIP-848

given group.protocol=consumer
until 1s
produce 0 3
until 2s
skip
shutdown
until 3s
