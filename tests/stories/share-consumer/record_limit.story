# Under share.acquire.mode=record_limit one leader at a time is asked for records, in turn.
# Kafka: ShareConsumeRequestManager.poll, ShareSessionHandler.newShareFetchBuilder (clients); KIP-1206

given share.acquire.mode=record_limit max.poll.records=2
until 50ms
skip
produce 0 3
produce 1 3
until 1.5s
----
