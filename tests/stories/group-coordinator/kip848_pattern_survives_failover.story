# What a pattern matches is in the log. A coordinator that takes over matches anew once: all topics are new to it.
# Kafka: GroupMetadataManager.replay(ConsumerGroupRegularExpressionKey), onNewMetadataImage (group-coordinator)

given
quiet
enroll a matching=ord.*
pass 20ms
beat a
pass 10ms
until 20s
failover
aloud
describe
beat a
pass 20ms
beat a
pass 20ms
describe
----
