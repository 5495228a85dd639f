# In 4.0 it is not, if that has not changed.
# Kafka: GroupMetadataManager.shareGroupHeartbeat (group-coordinator, 4.0)

given version=4.0
quiet
share-join a
pass 5ms
aloud
share-beat a topics=orders
pass 5ms
----
0.005s a -> ShareGroupHeartbeat billing as a#1 at epoch 1, subscribed to orders
    timer session of a#1 at 45.005s
    a <- ShareGroupHeartbeat answered: a#1 at epoch 1
