# Without leave to change its protocol a classic group is none of the new protocol.
# Kafka: GroupMetadataManager.validateOnlineUpgrade (group-coordinator)

given group.consumer.migration.policy=disabled
stable a
enroll c
----
6.010s (a stable)
6.010s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    group billing answers a heartbeat of c with GROUP_ID_NOT_FOUND
    c <- ConsumerGroupHeartbeat answered: GROUP_ID_NOT_FOUND

# Nor is the other way open: the group stays as it is when the last member of the new protocol goes.
leave a
pass 10ms
enroll c
pass 10ms
quietly enter a
pass 10ms
quit c
pass 10ms
describe
----
6.010s a -> LeaveGroup billing as a#1: closed
    no timer session of a#1
    timer linger at 6.015s
    group billing a leaves
    group billing PreparingRebalance, generation 1, 0 members
    group billing Empty, generation 2, 0 members
6.015s timer linger
    append billing in generation 2 since 6.010s
    a <- LeaveGroup answered: ok
6.020s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    timer session of c#1 at 51.020s
    timer linger at 6.025s
    group billing Dead, generation 2, 0 members
6.025s timer linger
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
6.035s timer linger
    append billing: member a#2 subscribes to orders by the classic protocol
           billing: group epoch 2
           billing: a#2 is to have orders-3, orders-4, orders-5
           billing: c#1 is to have orders-0, orders-1, orders-2
           billing: assignment epoch 2
           billing: a#2 at epoch 2 (before: 0), UNRELEASED_PARTITIONS
    timer session of a#2 at 51.035s
    timer sync of a#2 at 306.035s
    group billing a joins
    group billing assigns for epoch 2 (uniform)
    group billing a is at epoch 2, UNRELEASED_PARTITIONS, has 0
    group billing Reconciling, generation 2, 2 members
    a <- JoinGroup answered: a#2 in generation 2, led by nobody
6.040s c -> ConsumerGroupHeartbeat billing as c#1 at epoch -1
    no timer session of c#1
    timer linger at 6.045s
6.045s timer linger
    append billing: c#1 has nothing
           billing: c#1 is to have nothing
           billing: c#1 is no member
           billing: group epoch 3
    group billing c has given orders-0 up
    group billing c has given orders-1 up
    group billing c has given orders-2 up
    group billing c has given orders-3 up
    group billing c has given orders-4 up
    group billing c has given orders-5 up
    group billing c leaves
    group billing Assigning, generation 3, 1 members
    c <- ConsumerGroupHeartbeat answered: c#1 at epoch -1
Assigning, generation 3, assignment epoch 2, uniform
    a has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4,5], classic
