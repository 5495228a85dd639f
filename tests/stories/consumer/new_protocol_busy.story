# While the application is at work with a batch its heartbeats go on. A partition that it is to give up waits for its next poll().
# Kafka: AsyncKafkaConsumer.processBackgroundEvents, AbstractMembershipManager.maybeReconcile (clients); KIP-848

given group.protocol=consumer commit=sync per.record=3s
until 500ms
produce 1 4
may 0 epoch=2
until 14s
