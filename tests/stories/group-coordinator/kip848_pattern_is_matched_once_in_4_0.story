# In 4.0 only new topics and new patterns make a coordinator match them anew.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions (group-coordinator)

given
quiet
enroll a matching=ord.*
pass 20ms
until 1000s
enroll b matching=ord.*
pass 20ms
aloud
beat b
pass 20ms
describe
----
