# In 4.0 close() waits until its time is over when the coordinator refuses to let a member go.
# Kafka: AbstractMembershipManager.transitionToFatal (clients, 4.0); KAFKA-19300

given group.protocol=consumer kafka=4.0
until 1s
skip
refused ConsumerGroupHeartbeat GROUP_ID_NOT_FOUND
shutdown
until 60s
