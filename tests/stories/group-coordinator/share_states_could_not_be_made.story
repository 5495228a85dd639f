# What the persister could not initialize is forgotten, and the next heartbeat asks again.
# Kafka: GroupCoordinatorService.handlePersisterInitializeResponse, GroupMetadataManager.uninitializeShareGroupState (group-coordinator)

given version=4.2
share-join a
persisted COORDINATOR_NOT_AVAILABLE
share-beat a
persisted ok
share-beat a
----
