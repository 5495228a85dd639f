# In 4.0 a static member that comes back with the classic protocol keeps its pattern, which it does not know of.
# Kafka: GroupMetadataManager.classicGroupJoinToConsumerGroup (group-coordinator)

given
quiet
client a instance=one
enroll a matching=ord.*
pass 20ms
beat a
enroll b matching=[^_].*
pass 20ms
aloud
enter a
pass 10ms
----
0.040s a -> JoinGroup billing as nobody of instance one: range orders (session 45.000s, rebalance 300.000s)
    timer linger at 0.045s
0.045s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: member a/134217768 of instance one subscribes to what matches ord.*
           billing: a/134217768 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: a/134217768 at epoch 0 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: member a/134217768 of instance one subscribes to orders, what matches ord.* by the classic protocol
           billing: group epoch 3
           billing: a/134217768 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: b#1 is to have -
           billing: assignment epoch 3
           billing: a/134217768 at epoch 3 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    timer session of a#2 at 45.045s
    timer sync of a#2 at 300.045s
    group billing a has given orders-0 up
    group billing a has given orders-1 up
    group billing a has given orders-2 up
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a is back as the static member that it was
    group billing assigns for epoch 3 (uniform)
    group billing a is at epoch 3, STABLE, has 6
    group billing gives orders-0 to a (generation 3)
    group billing gives orders-1 to a (generation 3)
    group billing gives orders-2 to a (generation 3)
    group billing gives orders-3 to a (generation 3)
    group billing gives orders-4 to a (generation 3)
    group billing gives orders-5 to a (generation 3)
    group billing Reconciling, generation 3, 2 members
    a <- JoinGroup answered: a#2 in generation 3, led by nobody
