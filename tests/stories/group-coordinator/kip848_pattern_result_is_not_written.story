# What was matched and could not be written is taken back, and the next heartbeat has it matched again.
# Kafka: GroupMetadataManager.handleRegularExpressionsResult (group-coordinator)

given version=4.2
quiet
enroll a matching=[^_].*
pass 20ms
beat a
pass 10ms
until 4s
partitions refunds 3
until 10100ms
log refuses NOT_ENOUGH_REPLICAS
aloud
beat a
pass 20ms
describe
log replicates
beat a
pass 20ms
describe
----
10.100s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer patterns at 10.101s
    timer session of a#1 at 55.100s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
10.101s timer patterns
    timer linger at 10.101s
10.101s timer linger
    append billing: [^_].* matches orders, refunds in image 10 at 10.100s
           billing: group epoch 3, hash of orders 6, refunds 3
    (refused)
Stable, generation 2, assignment epoch 2, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2,3,4,5]
10.120s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer patterns at 10.121s
    timer session of a#1 at 55.120s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2
10.121s timer patterns
    timer linger at 10.121s
10.121s timer linger
    append billing: [^_].* matches orders, refunds in image 10 at 10.120s
           billing: group epoch 3, hash of orders 6, refunds 3
    group billing matches [^_].*: 2 topics
    group billing Assigning, generation 3, 1 members
Assigning, generation 3, assignment epoch 2, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2,3,4,5]
