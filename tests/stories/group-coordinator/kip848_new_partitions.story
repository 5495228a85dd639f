# Partitions that are new are noticed with the next heartbeat, whoever sends it.
# Kafka: GroupMetadataManager.onNewMetadataImage (group-coordinator)

given
quiet
enroll a
pass 10ms
aloud
partitions orders 8
beat a
pass 5ms
describe
----
0.010s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1
    timer session of a#1 at 45.010s
    timer linger at 0.015s
0.015s timer linger
    append billing: partitions of orders 8
           billing: group epoch 2
           billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, orders-6, orders-7
           billing: assignment epoch 2
           billing: a#1 at epoch 2 (before: 1), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, orders-6, orders-7
    group billing assigns for epoch 2 (uniform)
    group billing a is at epoch 2, STABLE, has 8
    group billing gives orders-6 to a (generation 2)
    group billing gives orders-7 to a (generation 2)
    group billing Stable, generation 2, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, orders-6, orders-7
Stable, generation 2, assignment epoch 2, uniform
    a has [0,1,2,3,4,5,6,7], epoch 2, STABLE, is to have [0,1,2,3,4,5,6,7]
