# A group without members is made anew, with its offsets, for whoever comes next.
# Kafka: GroupMetadataManager.maybeDeleteEmptyClassicGroup, maybeDeleteEmptyConsumerGroup (group-coordinator)

given group.consumer.migration.policy=disabled
quiet
outside d
commit d 0@10
pass 10ms
join a
pass 10ms
aloud
enroll c
pass 10ms
quit c
pass 10ms
----
0.020s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    no timer session of a#1
    timer session of c#1 at 45.020s
    timer linger at 0.025s
    group billing Dead, generation 0, 0 members
0.025s timer linger
    append billing is gone
           billing: member c#1 subscribes to orders
           billing: partitions of orders 6
           billing: group epoch 1
           billing: c#1 is to have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: assignment epoch 1
           billing: c#1 at epoch 1 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
    group billing c joins
    group billing assigns for epoch 1 (uniform)
    group billing c is at epoch 1, STABLE, has 6
    group billing gives orders-0 to c (generation 1)
    group billing gives orders-1 to c (generation 1)
    group billing gives orders-2 to c (generation 1)
    group billing gives orders-3 to c (generation 1)
    group billing gives orders-4 to c (generation 1)
    group billing gives orders-5 to c (generation 1)
    group billing Stable, generation 1, 1 members
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch 1, may have orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
0.030s c -> ConsumerGroupHeartbeat billing as c#1 at epoch -1
    no timer session of c#1
    timer linger at 0.035s
0.035s timer linger
    append billing: c#1 has nothing
           billing: c#1 is to have nothing
           billing: c#1 is no member
           billing: partitions of -
           billing: group epoch 2
    group billing c has given orders-0 up
    group billing c has given orders-1 up
    group billing c has given orders-2 up
    group billing c has given orders-3 up
    group billing c has given orders-4 up
    group billing c has given orders-5 up
    group billing c leaves
    group billing Empty, generation 2, 0 members
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch -1

# One that comes with an id is unknown; one without makes a classic group.
join a
enter a
pass 10ms
describe
quietly fetch d 0
----
0.040s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    a <- JoinGroup answered: UNKNOWN_MEMBER_ID
0.040s a -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 300.000s)
    timer session of a#2 at 45.040s
    timer linger at 0.045s
    group billing Dead, generation 2, 0 members
    a <- JoinGroup answered: MEMBER_ID_REQUIRED as a#2
0.040s a -> JoinGroup billing as a#2: range orders (session 45.000s, rebalance 300.000s)
    timer session of a#2 at 300.040s
    timer join at 3.040s
    group billing a joins
    group billing PreparingRebalance, generation 0, 1 members
0.045s timer linger
    append billing: no assignment
           billing: no partitions
           billing: is gone
           billing in generation 0 since 0.000s
PreparingRebalance, generation 0
    a has []
