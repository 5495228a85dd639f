# A member that does not give partitions up in max.poll.interval.ms is removed, although it sends heartbeats.
# Kafka: GroupMetadataManager.scheduleConsumerGroupRebalanceTimeout (group-coordinator)

given
quiet
enroll a rebalance=20s
pass 10ms
enroll b
pass 10ms
aloud
until 2s
beat a
pass 5ms
----
2.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1
    timer revocation of a#1 at 22.000s
    timer session of a#1 at 47.000s
    timer linger at 2.005s
2.005s timer linger
    append billing: a#1 at epoch 1 (before: 1), UNREVOKED_PARTITIONS has orders-0, orders-1, orders-2 gives up orders-3, orders-4, orders-5
    group billing wants orders-3 back from a
    group billing wants orders-4 back from a
    group billing wants orders-5 back from a
    group billing a is at epoch 1, UNREVOKED_PARTITIONS, has 3, has 3 to give up
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch 1, may have orders-0, orders-1, orders-2

quiet
until 12s
beat a
beat b
until 21s
beat a
beat b
aloud
until 23s
describe
----
22.000s timer revocation of a#1
    no timer session of a#1
    timer linger at 22.005s
    timer write timeout at 27.000s
22.005s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: group epoch 3
    group billing a has given orders-0 up
    group billing a has given orders-1 up
    group billing a has given orders-2 up
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a is removed: did not give partitions up in time
    group billing Assigning, generation 3, 1 members
Assigning, generation 3, assignment epoch 2, uniform
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4,5]

# It does not know yet.
beat a
----
23.000s a -> ConsumerGroupHeartbeat billing as a#1 at epoch 1
    group billing answers a heartbeat of a with UNKNOWN_MEMBER_ID
    a <- ConsumerGroupHeartbeat answered: UNKNOWN_MEMBER_ID
