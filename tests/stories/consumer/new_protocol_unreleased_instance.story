# A static member has crashed, and comes back under another member id before its session has expired: it is refused, and that is fatal.
# Kafka: ConsumerHeartbeatRequestManager.handleSpecificExceptionInResponse (clients); KIP-848

given group.protocol=consumer instance=billing-a
refused ConsumerGroupHeartbeat UNRELEASED_INSTANCE_ID
until 60s
