# The follower hangs up in the middle of a fetch: the consumer reads from the leader again.
# Kafka: AbstractFetch.handleFetchFailure (clients); KIP-392

given client.rack=a commit=never
hide OffsetFetch
hide ListOffsets
hide Heartbeat
follower 0 2
produce 0 5
until 1s
----

skip
hang Fetch
produce 0 5
until 2s
----
