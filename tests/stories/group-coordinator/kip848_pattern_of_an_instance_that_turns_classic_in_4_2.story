# Since 4.2 the pattern goes, and the group rebalances.
# Kafka: GroupMetadataManager.classicGroupJoinToConsumerGroup (KAFKA-19720; group-coordinator)

given version=4.2
quiet
client a instance=one
enroll a matching=ord.*
pass 20ms
beat a
enroll b matching=[^_].*
pass 20ms
aloud
enter a
pass 10ms
----
