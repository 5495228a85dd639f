# So is a downgrade.
# Kafka: CoordinatorRuntime.failCurrentBatch (coordinator-common)

given
quiet
enroll c
pass 10ms
enter a
pass 10ms
sync a
pass 10ms
aloud
log refuses KAFKA_STORAGE_ERROR
quit c
pass 5ms
log replicates
describe
heartbeat a
----
0.030s c -> ConsumerGroupHeartbeat billing as c#1 at epoch -1
    no timer session of a#1
    no timer session of c#1
    timer session of a#1 at 45.030s
    timer join at 300.030s
    timer linger at 0.035s
    group billing c leaves
    group billing becomes a classic group, generation 2
    group billing Stable, generation 2, 1 members
    group billing PreparingRebalance, generation 2, 1 members
0.035s timer linger
    append billing: a#1 has nothing
           billing: c#1 has nothing
           billing: a#1 is to have nothing
           billing: c#1 is to have nothing
           billing: no assignment
           billing: a#1 is no member
           billing: c#1 is no member
           billing: no partitions
           billing: is gone
           billing in generation 2 since 0.030s led by a#1: a#1 has orders-3, orders-4, orders-5 of orders (session 45.000s, rebalance 300.000s)
    (refused)
    no timer join
    no timer session of a#1
    timer session of a#1 at 45.035s
    timer session of c#1 at 45.035s
    group billing answers a heartbeat of c with NOT_COORDINATOR
    group billing becomes a group of the new protocol (group.protocol=consumer), epoch 2
    group billing a is at epoch 2, UNRELEASED_PARTITIONS, has 0
    group billing c is at epoch 1, STABLE, has 6
    group billing gives orders-0 to c (generation 1)
    group billing gives orders-1 to c (generation 1)
    group billing gives orders-2 to c (generation 1)
    group billing gives orders-3 to c (generation 1)
    group billing gives orders-4 to c (generation 1)
    group billing gives orders-5 to c (generation 1)
    c <- ConsumerGroupHeartbeat answered: NOT_COORDINATOR
Reconciling, generation 2, assignment epoch 2, uniform
    a has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4,5], classic
    c has [0,1,2,3,4,5], epoch 1, STABLE, is to have [0,1,2]
0.035s a -> Heartbeat billing as a#1 generation 2
    a <- Heartbeat answered: ok
