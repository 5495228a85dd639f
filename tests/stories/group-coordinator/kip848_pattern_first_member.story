# A heartbeat with a pattern does not wait until it is matched: that is done beside it, and raises the group epoch. The next heartbeat gets partitions.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions, handleRegularExpressionsResult (group-coordinator)

given
enroll a matching=ord.*
pass 20ms
beat a
pass 10ms
describe
----
