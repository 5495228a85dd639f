# A member tells its rack when it joins, and that is written down. Another rack is written, too, and makes no other epoch: no assignor asks for racks.
# Kafka: GroupMetadataManager.consumerGroupHeartbeat, ConsumerGroupMember.maybeUpdateRackId, hasMemberSubscriptionChanged (group-coordinator); KIP-848

given
enroll a rack=a
pass 5ms
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 in rack a at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of a#1 at 45.000s
    timer linger at 0.005s
    timer write timeout at 5.000s
0.005s timer linger
    append billing: member a#1 in rack a subscribes to orders
           billing: partitions of orders 6
           billing: group epoch 1
           billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 1
           billing: a#1 at epoch 1 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a joins
    group billing assigns for epoch 1 (uniform)
    group billing a is at epoch 1, STABLE, has 6
    group billing gives orders-0 to a (generation 1)
    group billing gives orders-1 to a (generation 1)
    group billing gives orders-2 to a (generation 1)
    group billing gives orders-3 to a (generation 1)
    group billing gives orders-4 to a (generation 1)
    group billing gives orders-5 to a (generation 1)
    group billing Stable, generation 1, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5

# A static member's next process would say so; what a heartbeat leaves out stays as it was.
beat a rack=b
pass 5ms
beat a
pass 5ms
describe
----
0.005s a -> ConsumerGroupHeartbeat billing as a#1 in rack b at epoch 1
    timer session of a#1 at 45.005s
    timer linger at 0.010s
0.010s timer linger
    append billing: member a#1 in rack b subscribes to orders
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1
0.010s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1
    timer session of a#1 at 45.010s
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1
Stable, generation 1, assignment epoch 1, uniform
    a has [0,1,2,3,4,5], epoch 1, STABLE, is to have [0,1,2,3,4,5]
