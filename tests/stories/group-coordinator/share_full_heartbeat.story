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
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 2
    a <- ShareGroupHeartbeat answered: a#1 at epoch 2
0.000s a -> ShareGroupHeartbeat billing as a#1 at epoch 2, subscribed to orders
    a <- ShareGroupHeartbeat answered: a#1 at epoch 2, fetches from orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
