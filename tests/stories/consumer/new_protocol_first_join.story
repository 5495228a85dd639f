# A consumer of the new protocol joins with one heartbeat that says everything, takes what it is told to have in poll(), and says so at once.
# Kafka: ConsumerMembershipManager, AbstractHeartbeatRequestManager.poll (clients); KIP-848, KIP-1082

given group.protocol=consumer
until 11s
