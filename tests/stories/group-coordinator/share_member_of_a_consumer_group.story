# A consumer group stays one, even without members.
# Kafka: GroupMetadataManager.getOrMaybeCreateShareGroup (group-coordinator)

given version=4.2
quiet
enroll a
aloud
share-join b
quit a
share-join b
----
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders
    group billing answers a heartbeat of b with GROUP_ID_NOT_FOUND
    b <- ShareGroupHeartbeat answered: GROUP_ID_NOT_FOUND
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch -1
    no timer session of a#1
0.000s b -> ShareGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders
    group billing answers a heartbeat of b with GROUP_ID_NOT_FOUND
    b <- ShareGroupHeartbeat answered: GROUP_ID_NOT_FOUND
