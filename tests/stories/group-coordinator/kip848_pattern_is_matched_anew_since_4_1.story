# Since 4.1 patterns are matched anew after a time, 10 minutes, also without new topics: what a member may see could have changed. If nothing has, the epoch stays.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions, group.consumer.regex.refresh.interval.ms (group-coordinator)

given version=4.1 group.consumer.regex.refresh.interval.ms=20000
quiet
enroll a matching=ord.*
pass 20ms
beat a
pass 20ms
aloud
until 20s
beat a
pass 20ms
until 20020ms
beat a
pass 20ms
describe
----
5.000s timer write timeout
20.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer session of a#1 at 65.000s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
20.020s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer patterns at 20.021s
    timer session of a#1 at 65.020s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
20.021s timer patterns
    timer linger at 20.026s
20.026s timer linger
    append billing: ord.* matches orders in image 6 at 20.020s
    group billing matches ord.*: 1 topic
Stable, generation 2, assignment epoch 2, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2,3,4,5]
