# In 4.0 a group does not rebalance for a member that has no pattern any more.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions (group-coordinator)

given
quiet
enroll a matching=ord.*
pass 20ms
beat a
pass 10ms
aloud
beat a matching=
pass 10ms
describe
----
