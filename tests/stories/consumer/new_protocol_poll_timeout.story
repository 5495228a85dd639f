# Processing takes longer than max.poll.interval.ms: the background thread leaves the group. The next poll() finds the partitions lost, and the same member joins again.
# Kafka: AbstractHeartbeatRequestManager.poll, AbstractMembershipManager.transitionToSendingLeaveGroup (clients); KIP-62, KIP-848

given group.protocol=consumer commit=sync per.record=1s max.poll.interval.ms=4000 max.poll.records=5
until 500ms
produce 0 5
skip
until 6s
