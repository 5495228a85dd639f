# A pattern that the group has matched already raises the group epoch at once.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions, REGEX_UPDATED_AND_RESOLVED (group-coordinator)

given version=4.2
quiet
enroll a matching=ord.*
pass 20ms
beat a
pass 10ms
aloud
enroll b matching=ord.*
pass 20ms
describe

# another one is matched when 10 s are over, and until then the member has nothing
enroll c matching=[^_].*
pass 20ms
until 10100ms
beat c
pass 20ms
beat c
pass 20ms
describe
----
