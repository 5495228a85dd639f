# Since 4.1 a member of the new protocol tells its client.rack with every heartbeat with which it joins, and with no other.
# Kafka: ConsumerHeartbeatRequestManager.HeartbeatState.buildRequestData (clients); KAFKA-17747

given group.protocol=consumer client.rack=a kafka=4.1 commit=never
hide OffsetFetch
hide ListOffsets
until 6s
----

# It is fenced, and joins anew.
refused ConsumerGroupHeartbeat FENCED_MEMBER_EPOCH
until 12s
----
