# A member that is silent is removed, and its partitions are free at once; who gets them is seen at somebody's next heartbeat.
# Kafka: GroupMetadataManager.scheduleConsumerGroupSessionTimeout (group-coordinator)

given
quiet
enroll a
enroll b
pass 10ms
beat a
pass 10ms
ack a
pass 10ms
beat b
pass 10ms
aloud
until 40s
quietly beat a
until 46s
describe
----
5.000s timer write timeout
45.030s timer session of b#1
    timer linger at 45.035s
    timer write timeout at 50.030s
45.035s timer linger
    append billing: b#1 has nothing
           billing: b#1 is to have nothing
           billing: b#1 is no member
           billing: group epoch 3
    group billing b has given orders-3 up
    group billing b has given orders-4 up
    group billing b has given orders-5 up
    group billing b is removed: session.timeout.ms without a heartbeat
    group billing Assigning, generation 3, 1 members
Assigning, generation 3, assignment epoch 2, uniform
    a has [0,1,2], epoch 2, STABLE, is to have [0,1,2]

beat a
pass 5ms
describe
----
46.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2
    timer session of a#1 at 91.000s
    timer linger at 46.005s
46.005s timer linger
    append billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 3
           billing: a#1 at epoch 3 (before: 2), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing assigns for epoch 3 (uniform)
    group billing a is at epoch 3, STABLE, has 6
    group billing gives orders-3 to a (generation 3)
    group billing gives orders-4 to a (generation 3)
    group billing gives orders-5 to a (generation 3)
    group billing Stable, generation 3, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 3, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
Stable, generation 3, assignment epoch 3, uniform
    a has [0,1,2,3,4,5], epoch 3, STABLE, is to have [0,1,2,3,4,5]
