# In 4.0 a static member that comes back with the classic protocol keeps its pattern, which it does not know of.
# Kafka: GroupMetadataManager.classicGroupJoinToConsumerGroup (group-coordinator)

given
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
