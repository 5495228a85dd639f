# What is wrong whatever the group is.
# Kafka: GroupMetadataManager.throwIfConsumerGroupHeartbeatRequestIsInvalid (group-coordinator)

given group.consumer.max.size=1 group.consumer.assignors=range
enroll a owning=0
enroll a wants=uniform
beat a epoch=0
beat a epoch=-2
beat a epoch=-3
beat a epoch=3
quit a
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders, owns orders-0 (rebalance 300.000s)
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ConsumerGroupHeartbeat answered: INVALID_REQUEST
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders, owns -, wants uniform (rebalance 300.000s)
    group billing answers a heartbeat of a with UNSUPPORTED_ASSIGNOR
    a <- ConsumerGroupHeartbeat answered: UNSUPPORTED_ASSIGNOR
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ConsumerGroupHeartbeat answered: INVALID_REQUEST
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch -2
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ConsumerGroupHeartbeat answered: INVALID_REQUEST
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch -3
    group billing answers a heartbeat of a with INVALID_REQUEST
    a <- ConsumerGroupHeartbeat answered: INVALID_REQUEST
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 3
    group billing answers a heartbeat of a with GROUP_ID_NOT_FOUND
    a <- ConsumerGroupHeartbeat answered: GROUP_ID_NOT_FOUND
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch -1
    group billing answers a heartbeat of a with GROUP_ID_NOT_FOUND
    a <- ConsumerGroupHeartbeat answered: GROUP_ID_NOT_FOUND

enroll a
pass 5ms
enroll b
beat b epoch=3
quit b
----
0.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of a#1 at 45.000s
    timer linger at 0.005s
    timer write timeout at 5.000s
0.005s timer linger
    append billing: member a#1 subscribes to orders
           billing: partitions of orders 6
           billing: group epoch 1
           billing: a#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 1
           billing: a#1 at epoch 1 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing a joins
    group billing assigns for epoch 1 (range)
    group billing a is at epoch 1, STABLE, has 6
    group billing gives orders-0 to a (generation 1)
    group billing gives orders-1 to a (generation 1)
    group billing gives orders-2 to a (generation 1)
    group billing gives orders-3 to a (generation 1)
    group billing gives orders-4 to a (generation 1)
    group billing gives orders-5 to a (generation 1)
    group billing Stable, generation 1, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.005s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    group billing answers a heartbeat of b with GROUP_MAX_SIZE_REACHED
    b <- ConsumerGroupHeartbeat answered: GROUP_MAX_SIZE_REACHED
0.005s b -> ConsumerGroupHeartbeat billing as b#1 at epoch 3
    group billing answers a heartbeat of b with GROUP_MAX_SIZE_REACHED
    b <- ConsumerGroupHeartbeat answered: GROUP_MAX_SIZE_REACHED
0.005s b -> ConsumerGroupHeartbeat billing as b#1 at epoch -1
    group billing answers a heartbeat of b with UNKNOWN_MEMBER_ID
    b <- ConsumerGroupHeartbeat answered: UNKNOWN_MEMBER_ID
