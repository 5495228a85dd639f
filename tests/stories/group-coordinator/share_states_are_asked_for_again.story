# What is being initialized for more than 30 s is asked for again.
# Kafka: GroupMetadataManager.subscribedTopicsChangeMap (group-coordinator)

given version=4.2
share-join a
until 29s
share-beat a
until 31s
share-beat a
----
