# Of a group in which only static members are left that do not rejoin the join phase goes on, until their sessions end.
# Kafka: GroupMetadataManager.completeClassicGroupJoin (group-coordinator)

given
client b instance=one
client a rebalance=20s
client b rebalance=20s
stable a b
until 10s
leave a
until 60s
----
6.010s (a, b stable)
10.000s a -> LeaveGroup billing as a#1: closed
    no timer session of a#1
    timer join at 30.000s
    group billing a leaves
    group billing PreparingRebalance, generation 1, 1 members
    a <- LeaveGroup answered: ok
11.000s timer write timeout
30.000s timer join
    timer join at 50.000s
50.000s timer join
    timer join at 70.000s
51.005s timer session of b#1
    no timer join
    timer linger at 51.010s
    group billing b is removed: session.timeout.ms without a heartbeat
    group billing Empty, generation 2, 0 members
51.010s timer linger
    append billing in generation 2 since 51.005s
