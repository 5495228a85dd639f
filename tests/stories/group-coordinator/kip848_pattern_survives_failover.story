# What a pattern matches is in the log. A coordinator that takes over with a newer image matches anew once: all its topics are new to it.
# Kafka: GroupMetadataManager.replay(ConsumerGroupRegularExpressionKey), onNewMetadataImage (group-coordinator)

given version=4.2
quiet
enroll a matching=ord.*
pass 20ms
beat a
pass 10ms
until 15s
partitions orders 8
beat a
pass 10ms
until 20s
failover
aloud
describe
beat a
pass 20ms
beat a
pass 20ms
describe
----
Stable, generation 3, assignment epoch 3, uniform
    a has [0,1,2,3,4,5,6,7], epoch 3, STABLE, is to have [0,1,2,3,4,5,6,7]
20.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 3
    timer patterns at 20.001s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 3
20.001s timer patterns
    timer linger at 20.001s
20.001s timer linger
    append billing: ord.* matches orders in image 8 at 20.000s
    group billing matches ord.*: 1 topic
20.020s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 3
    timer session of a#1 at 65.020s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 3
Stable, generation 3, assignment epoch 3, uniform
    a has [0,1,2,3,4,5,6,7], epoch 3, STABLE, is to have [0,1,2,3,4,5,6,7]
