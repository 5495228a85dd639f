# With the last member that has a pattern goes what it matches.
# Kafka: GroupMetadataManager.maybeDeleteResolvedRegularExpressions (group-coordinator)

given
quiet
enroll a matching=ord.*
pass 20ms
beat a
enroll b matching=ord.*
pass 10ms
aloud
quit a
pass 10ms
quit b
pass 10ms
describe
----
