# A member may have names and a pattern: it subscribes to both.
# Kafka: CurrentAssignmentBuilder.subscribedTopicIds, TargetAssignmentBuilder.newMemberSubscriptionSpec (group-coordinator)

given version=4.2
quiet
partitions refunds 3
aloud
enroll a topics=refunds matching=ord.*
pass 20ms
beat a
pass 10ms
describe
----
