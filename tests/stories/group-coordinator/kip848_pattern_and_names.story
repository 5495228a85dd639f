# A member may have names and a pattern: it subscribes to both.
# Kafka: CurrentAssignmentBuilder.subscribedTopicIds, TargetAssignmentBuilder.newMemberSubscriptionSpec (group-coordinator)

given version=4.2
quiet
partitions refunds 3
aloud
enroll a topics=refunds matching=ord.*
pass 20ms
beat a
pass 10ms
describe
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to refunds, subscribed to what matches ord.*, owns - (rebalance 300.000s)
    timer patterns at 0.001s
    timer session of a#1 at 45.000s
    timer linger at 0.000s
    timer write timeout at 5.000s
0.000s timer linger
    append billing: member a#1 subscribes to refunds, what matches ord.*
           billing: group epoch 1, hash of refunds 3
           billing: a#1 is to have refunds-0, refunds-1, refunds-2
           billing: assignment epoch 1
           billing: a#1 at epoch 1 (before: 0), STABLE has refunds-0, refunds-1, refunds-2
    group billing a joins
    group billing assigns for epoch 1 (uniform)
    group billing a is at epoch 1, STABLE, has 3
    group billing gives refunds-0 to a (generation 1)
    group billing gives refunds-1 to a (generation 1)
    group billing gives refunds-2 to a (generation 1)
    group billing Stable, generation 1, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1, may have refunds-0, refunds-1, refunds-2
0.001s timer patterns
    timer linger at 0.001s
0.001s timer linger
    append billing: ord.* matches orders in image 10 at 0.000s
           billing: group epoch 2, hash of orders 6, refunds 3
    group billing matches ord.*: 1 topic
    group billing Assigning, generation 2, 1 members
0.020s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1
    timer session of a#1 at 45.020s
    timer linger at 0.020s
0.020s timer linger
    append billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, refunds-0, refunds-1, refunds-2
           billing: assignment epoch 2
           billing: a#1 at epoch 2 (before: 1), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, refunds-0, refunds-1, refunds-2
    group billing assigns for epoch 2 (uniform)
    group billing a is at epoch 2, STABLE, has 9
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing gives orders-3 to a (generation 2)
    group billing gives orders-4 to a (generation 2)
    group billing gives orders-5 to a (generation 2)
    group billing Stable, generation 2, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5, refunds-0, refunds-1, refunds-2
Stable, generation 2, assignment epoch 2, uniform
    a has [0,1,2,3,4,5,0,1,2], epoch 2, STABLE, is to have [0,1,2,3,4,5,0,1,2]
