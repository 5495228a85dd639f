# New topics are looked for by whoever's heartbeat comes next, but not within 10 s of the last time.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions, REGEX_BATCH_REFRESH_MIN_INTERVAL_MS (group-coordinator)

given
quiet
enroll a matching=[^_].*
pass 20ms
beat a
pass 10ms
until 4s
partitions refunds 3
aloud
beat a
pass 20ms
until 10s
beat a
pass 20ms
until 10100ms
beat a
pass 20ms
beat a
pass 10ms
describe
----
