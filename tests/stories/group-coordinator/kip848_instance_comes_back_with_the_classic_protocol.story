# The last member of the new protocol is an instance that comes back with the classic one: the group is a classic one, and STABLE.
# Kafka: GroupMetadataManager.validateOnlineDowngradeWithReplacedMember (group-coordinator)

given
client a instance=one
quiet
enroll a
pass 10ms
enter b
pass 10ms
sync b
pass 10ms
quit a away
pass 10ms
aloud
describe
enter a
pass 10ms
describe
sync a
----
Reconciling, generation 2, assignment epoch 2, uniform
    a has [0,1,2,3,4,5], epoch -2, STABLE, is to have [0,1,2]
    b has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4,5], classic
0.040s a -> JoinGroup billing as nobody of instance one: range orders (session 45.000s, rebalance 300.000s)
    no timer session of a#1
    no timer session of b#1
    timer session of a#2 at 45.040s
    timer session of b#1 at 45.040s
    timer linger at 0.045s
    group billing a has given orders-0 up
    group billing a has given orders-1 up
    group billing a has given orders-2 up
    group billing a has given orders-3 up
    group billing a has given orders-4 up
    group billing a has given orders-5 up
    group billing a is back as the static member that it was
    group billing a is at epoch 2, STABLE, has 3
    group billing gives orders-0 to a (generation 2)
    group billing gives orders-1 to a (generation 2)
    group billing gives orders-2 to a (generation 2)
    group billing becomes a classic group, generation 2
    group billing Stable, generation 2, 2 members
0.045s timer linger
    append billing: a#1 has nothing
           billing: a#1 is to have nothing
           billing: a#1 is no member
           billing: member a#2 of instance one subscribes to orders
           billing: a#2 is to have orders-0, orders-1, orders-2
           billing: a#2 at epoch 0 (before: 0), STABLE has orders-0, orders-1, orders-2, orders-3, orders-4, orders-5
           billing: member a#2 of instance one subscribes to orders by the classic protocol
           billing: a#2 at epoch 2 (before: 0), STABLE has orders-0, orders-1, orders-2
           billing: a#2 has nothing
           billing: b#1 has nothing
           billing: a#2 is to have nothing
           billing: b#1 is to have nothing
           billing: no assignment
           billing: a#2 is no member
           billing: b#1 is no member
           billing: no partitions
           billing: is gone
           billing in generation 2 since 0.040s led by a#2: a#2 of instance one has orders-0, orders-1, orders-2 of orders (session 45.000s, rebalance 300.000s), b#1 has orders-3, orders-4, orders-5 of orders (session 45.000s, rebalance 300.000s)
    a <- JoinGroup answered: a#2 in generation 2, led by nobody
Stable, generation 2
    a has [0,1,2]
    b has [3,4,5]
0.050s a -> SyncGroup billing as a#2 of instance one generation 2
    a <- SyncGroup answered: orders-0, orders-1, orders-2
