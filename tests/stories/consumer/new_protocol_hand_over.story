# One of two partitions goes: what was consumed of both is committed, the partition is given up in poll(), and the heartbeat that says so does not wait. The other is read all the while.
# Kafka: AbstractMembershipManager.maybeReconcile, revokeAndAssign (clients); KIP-848

given group.protocol=consumer
until 2s
produce 0 3
produce 1 3
until 5s
skip
may 0 epoch=2
until 5.1s
produce 0 2
produce 1 2
until 6s
may 0,1 epoch=3
until 11s
