# Requests that make no sense.
# Kafka: GroupCoordinatorService.throwIfShareGroupHeartbeatRequestIsInvalid (group-coordinator)

given version=4.2
share-join a topics=
share-join a epoch=-2
share-beat a epoch=3
share-quit a
----
