# Nobody coordinates the group for a while. poll() does not wait for that: what is produced is read; commits wait, and are made once there is a coordinator.
# Kafka: AsyncKafkaConsumer.poll, CoordinatorRequestManager (clients)

given group.protocol=consumer commit=async
until 1s
skip
refused ConsumerGroupHeartbeat NOT_COORDINATOR
refused FindCoordinator COORDINATOR_NOT_AVAILABLE
refused FindCoordinator COORDINATOR_NOT_AVAILABLE
refused FindCoordinator COORDINATOR_NOT_AVAILABLE
until 5.05s
produce 0 3
until 7s
