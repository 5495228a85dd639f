# The epoch has moved on while commitSync() was on its way: it throws, and the member goes on.
# Kafka: CommitRequestManager.commitSyncExceptionForError (clients); KIP-848

given group.protocol=consumer commit=sync
until 500ms
skip
refused OffsetCommit STALE_MEMBER_EPOCH
produce 0 3
until 600ms
produce 0 3
until 1s
