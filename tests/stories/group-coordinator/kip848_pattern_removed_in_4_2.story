# Since 4.2 it does, and the member is to give up what only the pattern had given it.
# Kafka: GroupMetadataManager.maybeUpdateRegularExpressions (KAFKA-19899; group-coordinator)

given version=4.2
quiet
enroll a matching=ord.*
pass 20ms
beat a
pass 10ms
aloud
beat a matching=
pass 10ms
describe
----
0.030s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 2, subscribed to no pattern
    timer revocation of a#1 at 300.030s
    timer session of a#1 at 45.030s
    timer linger at 0.030s
0.030s timer linger
    append billing: member a#1 subscribes to -
           billing: nobody subscribes to ord.*
           billing: group epoch 3, hash of -
           billing: a#1 is to have -
           billing: assignment epoch 3
           billing: a#1 at epoch 2 (before: 2), UNREVOKED_PARTITIONS gives up orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing has nobody any more who subscribes to ord.*
    group billing assigns for epoch 3 (uniform)
    group billing wants orders-0 back from a
    group billing wants orders-1 back from a
    group billing wants orders-2 back from a
    group billing wants orders-3 back from a
    group billing wants orders-4 back from a
    group billing wants orders-5 back from a
    group billing a is at epoch 2, UNREVOKED_PARTITIONS, has 0, has 6 to give up
    group billing Reconciling, generation 3, 1 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 2, may have -
Reconciling, generation 3, assignment epoch 3, uniform
    a has [], epoch 2, UNREVOKED_PARTITIONS, is to have []
