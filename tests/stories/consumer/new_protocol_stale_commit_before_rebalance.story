# The epoch has moved on while the commit before a reconciliation was on its way: it is made again with the newer one, of what is consumed by then.
# Kafka: CommitRequestManager.autoCommitSyncBeforeRebalanceWithRetries (clients); KIP-848

given group.protocol=consumer
until 1s
produce 0 3
until 4s
skip
refused OffsetCommit STALE_MEMBER_EPOCH
may 0 epoch=2
until 6s
