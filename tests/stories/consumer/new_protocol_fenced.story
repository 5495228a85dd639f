# The coordinator does not know the member's epoch. The partitions are lost, and the same member joins anew at once.
# Kafka: AbstractMembershipManager.transitionToFenced (clients); KIP-848

given group.protocol=consumer
until 1s
skip
refused ConsumerGroupHeartbeat FENCED_MEMBER_EPOCH
until 6s
