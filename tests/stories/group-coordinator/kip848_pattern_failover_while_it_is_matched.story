# A task that matches patterns ends with its coordinator. The next one begins it anew with the next heartbeat.
# Kafka: CoordinatorExecutorImpl.cancelAll (coordinator-common)

given version=4.3
quiet
enroll a matching=ord.*
aloud
pass 0ms
failover
pass 20ms
beat a epoch=1
pass 20ms
describe
----
0.000s timer linger
    append billing: member a#1 subscribes to what matches ord.*
           billing: a#1 at epoch 1 (before: 0), STABLE
    group billing a joins
    group billing a is at epoch 1, STABLE, has 0
    group billing Stable, generation 1, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1, may have -
0.000s elected, log end 2, high watermark 2
    timer session of a#1 at 45.000s
    broker 2 coordinates __consumer_offsets-1 now (epoch 1)
    group billing broker 2 coordinates it now: generation 1, 1 members
    group billing a is at epoch 1, STABLE, has 0
0.020s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1
    timer patterns at 0.021s
    timer session of a#1 at 45.020s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1
0.021s timer patterns
    timer linger at 0.021s
0.021s timer linger
    append billing: ord.* matches orders in image 6 at 0.020s
           billing: group epoch 2, hash of orders 6
    group billing matches ord.*: 1 topic
    group billing Assigning, generation 2, 1 members
Assigning, generation 2, assignment epoch 1, uniform
    a has [], epoch 1, STABLE, is to have []
