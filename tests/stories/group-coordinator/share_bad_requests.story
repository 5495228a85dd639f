# Requests that make no sense.
# Kafka: GroupCoordinatorService.throwIfShareGroupHeartbeatRequestIsInvalid (group-coordinator)

given version=4.2
share-join a topics=
share-join a epoch=-2
share-beat a epoch=3
share-quit a
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to -
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch -2, subscribed to orders
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 3
    group billing answers a heartbeat of a with GROUP_ID_NOT_FOUND
    a <- ShareGroupHeartbeat answered: GROUP_ID_NOT_FOUND
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch -1
    group billing answers a heartbeat of a with GROUP_ID_NOT_FOUND
    a <- ShareGroupHeartbeat answered: GROUP_ID_NOT_FOUND
