# A member whose records the log refuses has not joined.
# Kafka: CoordinatorRuntime.failCurrentBatch (coordinator-common)

given version=4.2
log refuses NOT_ENOUGH_REPLICAS
share-join a
describe
log replicates
share-join a
----
