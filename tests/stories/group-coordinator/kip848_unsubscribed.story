# Who gives up a topic while it has to give partitions up keeps the topic's others until that is done, up to 4.1.
# Kafka: CurrentAssignmentBuilder (group-coordinator); KAFKA-19431

given version=4.1
partitions refunds 3
quiet
enroll a topics=orders,refunds
pass 10ms
enroll b topics=orders
pass 10ms
beat a
pass 10ms
aloud
describe
beat a topics=refunds
pass 10ms
describe
----
Reconciling, generation 2, assignment epoch 2, uniform
    a has [0,1,0,1,2], epoch 1, UNREVOKED_PARTITIONS, is to have [0,1,0,1,2]
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [2,3,4,5]
0.030s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1, subscribed to refunds
    timer session of a#1 at 45.030s
    timer linger at 0.035s
0.035s timer linger
    append billing: member a#1 subscribes to refunds
           billing: group epoch 3, hash of orders 6, refunds 3
           billing: a#1 is to have refunds-0, refunds-1, refunds-2
           billing: b#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 3
    group billing assigns for epoch 3 (uniform)
    group billing Reconciling, generation 3, 2 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1
Reconciling, generation 3, assignment epoch 3, uniform
    a has [0,1,0,1,2], epoch 1, UNREVOKED_PARTITIONS, is to have [0,1,2]
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [0,1,2,3,4,5]
