# In 4.0 a member of the new protocol keeps its client.rack to itself: only fetches have it.
# Kafka: ConsumerHeartbeatRequestManager.HeartbeatState.buildRequestData (clients); KAFKA-17747

given group.protocol=consumer client.rack=a kafka=4.0 commit=never
hide OffsetFetch
hide ListOffsets
until 6s
----

# It is fenced, and joins anew.
refused ConsumerGroupHeartbeat FENCED_MEMBER_EPOCH
until 12s
----
