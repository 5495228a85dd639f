# The leader names a follower, and from then on the consumer reads there, until metadata.max.age.ms is over: then the leader is asked again.
# Kafka: FetchCollector.handleInitializeSuccess, SubscriptionState.updatePreferredReadReplica, AbstractFetch.selectReadReplica (clients); KIP-392

given client.rack=a metadata.max.age.ms=3000 commit=never
hide OffsetFetch
hide ListOffsets
hide Heartbeat
follower 0 2
produce 0 5
until 1s
----

# It reads there as it read from the leader.
produce 0 3
until 2s
----

# The word of the leader is old: it says the same again.
until 4s
----

# Nobody follows any more: the leader names nobody, and is read from.
skip
follower 0 none
produce 0 2
until 8s
----
