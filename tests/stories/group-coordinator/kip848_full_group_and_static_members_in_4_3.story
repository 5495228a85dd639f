# Up to 4.3 a static member cannot come back to a full group: its id is a new one.
# Kafka: GroupMetadataManager.throwIfConsumerGroupIsFull (group-coordinator); KAFKA-20601

given version=4.3 group.consumer.max.size=1
client a instance=one
quiet
enroll a
pass 5ms
quit a away
pass 5ms
reborn a
aloud
enroll a
----
0.010s a -> ConsumerGroupHeartbeat billing as a#2 of instance one at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    group billing answers a heartbeat of a with GROUP_MAX_SIZE_REACHED
    a <- ConsumerGroupHeartbeat answered: GROUP_MAX_SIZE_REACHED
