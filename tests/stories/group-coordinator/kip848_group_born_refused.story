# A group whose first records are refused never was.
# Kafka: CoordinatorRuntime.failCurrentBatch (coordinator-common)

given
log refuses NOT_LEADER_OR_FOLLOWER
enroll a
pass 5ms
describe
until 60s
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
    (refused)
    no timer session of a#1
    group billing answers a heartbeat of a with NOT_COORDINATOR
    a <- ConsumerGroupHeartbeat answered: NOT_COORDINATOR
there is no group
5.000s timer write timeout
