# The coordinator refuses to let a member go. close() goes on all the same.
# Kafka: AbstractMembershipManager.transitionToFatal (clients); KAFKA-19300

given group.protocol=consumer
until 1s
skip
refused ConsumerGroupHeartbeat GROUP_ID_NOT_FOUND
shutdown
until 60s
