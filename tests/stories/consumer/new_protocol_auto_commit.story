# Auto-commit is the timer's, in poll(), and begins anew with every reconciliation.
# Kafka: CommitRequestManager.updateTimerAndMaybeCommit, ConsumerMembershipManager.signalReconciliationCompleting (clients)

given group.protocol=consumer
until 1s
produce 0 3
until 7s
hide ConsumerGroupHeartbeat
may 0 epoch=2
until 17s
