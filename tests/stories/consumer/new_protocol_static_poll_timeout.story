# A static member that does not poll leaves for a while, with epoch -2: the coordinator keeps its partitions for it until its session expires.
# Kafka: ConsumerMembershipManager.leaveGroupEpoch (clients); KIP-848

given group.protocol=consumer commit=sync instance=billing-a per.record=1s max.poll.interval.ms=4000 max.poll.records=5
until 500ms
produce 0 5
skip
until 6s
