# Whoever takes over knows members and states; every member gets a fresh session.
# Kafka: GroupMetadataManager.onLoaded (group-coordinator)

given version=4.2
quiet
share-join a
persisted ok
share-beat a
aloud
failover
share-beat a
describe
----
0.000s elected, log end 0, high watermark 0
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ShareGroupHeartbeat answered: INVALID_REQUEST
there is no group
