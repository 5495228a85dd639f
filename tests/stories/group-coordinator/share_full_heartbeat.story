# A member that says to what it subscribes is told what it has.
# Kafka: GroupMetadataManager.shareGroupHeartbeat, isFullRequest (group-coordinator)

given version=4.2
quiet
share-join a
persisted ok
share-beat a
aloud
share-beat a
share-beat a topics=orders
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
