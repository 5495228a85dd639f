# A static member that goes says so, keeps its place, and has all of it under its new id; nobody else notices.
# Kafka: GroupMetadataManager.consumerGroupStaticMemberGroupLeave, replaceMember (group-coordinator)

given
client a instance=one
quiet
enroll a
enroll b
pass 10ms
beat a
pass 10ms
ack a
beat b
pass 10ms
aloud
until 10s
quit a away
pass 5ms
describe
----
5.000s timer write timeout
10.000s a -> ConsumerGroupHeartbeat billing as a#1 of instance one at epoch -2
    timer linger at 10.005s
    timer write timeout at 15.000s
10.005s timer linger
    append billing: a#1 at epoch -2 (before: 1), STABLE has orders-0, orders-1, orders-2
    group billing a is at epoch -2, STABLE, has 3
    group billing Reconciling, generation 2, 2 members
    a <- ConsumerGroupHeartbeat answered: a#1 at epoch -2
Reconciling, generation 2, assignment epoch 2, uniform
    a has [0,1,2], epoch -2, STABLE, is to have [0,1,2]
    b has [3,4,5], epoch 2, STABLE, is to have [3,4,5]

until 20s
reborn a
enroll a
pass 5ms
describe
----
15.000s timer write timeout
20.000s a -> ConsumerGroupHeartbeat billing as a#2 of instance one at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of a#2 at 65.000s
    timer linger at 20.005s
    timer write timeout at 25.000s
20.005s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: member a#2 of instance one subscribes to orders
           billing: a#2 is to have orders-0, orders-1, orders-2
           billing: a#2 at epoch 0 (before: 0), STABLE has orders-0, orders-1, orders-2
           billing: a#2 at epoch 2 (before: 0), STABLE has orders-0, orders-1, orders-2
    group billing a has given orders-0 up
    group billing a has given orders-1 up
    group billing a has given orders-2 up
    group billing a is back as the static member that it was
    group billing a is at epoch 2, STABLE, has 3
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing Stable, generation 2, 2 members
    a <- ConsumerGroupHeartbeat answered: a#2 at epoch 2, may have orders-0, orders-1, orders-2
Stable, generation 2, assignment epoch 2, uniform
    a has [0,1,2], epoch 2, STABLE, is to have [0,1,2]
    b has [3,4,5], epoch 2, STABLE, is to have [3,4,5]

# The old id cannot heartbeat any more: here b says that it is the instance.
client b instance=one
beat b
quit b
----
20.005s b -> ConsumerGroupHeartbeat billing as b#1 of instance one at epoch 2
    group billing answers a heartbeat of b with FENCED_INSTANCE_ID
    b <- ConsumerGroupHeartbeat answered: FENCED_INSTANCE_ID
20.005s b -> ConsumerGroupHeartbeat billing as b#1 of instance one at epoch -1
    group billing answers a heartbeat of b with FENCED_INSTANCE_ID
    b <- ConsumerGroupHeartbeat answered: FENCED_INSTANCE_ID
