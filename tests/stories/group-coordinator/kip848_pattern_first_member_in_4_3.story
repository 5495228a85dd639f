# Since 4.3 a group begins at epoch 1, and a member that has only a pattern raises it when that is matched.
# Kafka: GroupMetadataManager.consumerGroupHeartbeat, handleRegularExpressionsResult (group-coordinator)

given version=4.3
enroll a matching=ord.*
pass 20ms
until 2s
beat a
pass 10ms
describe
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to what matches ord.*, owns - (rebalance 300.000s)
    timer patterns at 0.001s
    timer session of a#1 at 45.000s
    timer linger at 0.000s
    timer write timeout at 5.000s
0.000s timer linger
    append billing: member a#1 subscribes to what matches ord.*
           billing: a#1 at epoch 1 (before: 0), STABLE
    group billing a joins
    group billing a is at epoch 1, STABLE, has 0
    group billing Stable, generation 1, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1, may have -
0.001s timer patterns
    timer linger at 0.001s
0.001s timer linger
    append billing: ord.* matches orders in image 6 at 0.000s
           billing: group epoch 2, hash of orders 6
    group billing matches ord.*: 1 topic
    group billing Assigning, generation 2, 1 members
2.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1
    timer session of a#1 at 47.000s
    timer linger at 2.000s
2.000s timer linger
    append billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 2 at 2.000s
           billing: a#1 at epoch 2 (before: 1), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing assigns for epoch 2 (uniform)
    group billing a is at epoch 2, STABLE, has 6
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing gives orders-3 to a (generation 2)
    group billing gives orders-4 to a (generation 2)
    group billing gives orders-5 to a (generation 2)
    group billing Stable, generation 2, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
Stable, generation 2, assignment epoch 2, uniform
    a has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2,3,4,5]
