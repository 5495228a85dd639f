# Since 4.2 it does, and the member is to give up what only the pattern had given it.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions (KAFKA-19899; group-coordinator)

given version=4.2
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
