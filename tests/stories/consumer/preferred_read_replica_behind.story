# A follower that is behind answers OFFSET_OUT_OF_RANGE. That is no reason to reset: the consumer goes back to the leader, and its position stays.
# Kafka: FetchCollector.handleInitializeErrors (clients); KIP-392

given client.rack=a commit=never
hide OffsetFetch
hide ListOffsets
hide Heartbeat
produce 0 5
until 1s
----

# The leader takes the follower for caught up, and its log has lost what the consumer has read already.
skip
follower 0 2
produce 0 5
until 2s
follower 0 2 3
produce 0 2
until 3s
----
