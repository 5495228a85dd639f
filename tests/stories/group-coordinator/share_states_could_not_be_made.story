# What the persister could not initialize is forgotten, and the next heartbeat asks again.
# Kafka: GroupCoordinatorService.handlePersisterInitializeResponse, GroupMetadataManager.uninitializeShareGroupState (group-coordinator)

given version=4.2
share-join a
persisted COORDINATOR_NOT_AVAILABLE
share-beat a
persisted ok
share-beat a
----
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders
    timer session of a#1 at 45.000s
    timer linger at 0.000s
    timer write timeout at 5.000s
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
