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
