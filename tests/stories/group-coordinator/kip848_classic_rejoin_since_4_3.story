# Since 4.3 a member of the classic protocol is told to join again when there is a new assignment, not when the epoch rises.
# Kafka: GroupMetadataManager.classicGroupHeartbeatToConsumerGroup (group-coordinator); KAFKA-20272

given version=4.4
quiet
enroll c
pass 10ms
until 2s
enter a
pass 10ms
sync a
pass 10ms
until 2.5s
enroll d
pass 10ms
aloud
describe
heartbeat a
until 4s
quietly beat d
heartbeat a
----
Assigning, generation 4, assignment epoch 3, uniform
    a has [], epoch 3, UNRELEASED_PARTITIONS, is to have [3,4,5], classic
    c has [0,1,2,3,4,5], epoch 2, STABLE, is to have [0,1,2]
    d has [], epoch 3, STABLE, is to have []
2.510s a -> Heartbeat billing as a#1 generation 3
    timer session of a#1 at 47.510s
    a <- Heartbeat answered: ok
4.000s a -> Heartbeat billing as a#1 generation 3
    timer session of a#1 at 49.000s
    timer rejoin of a#1 at 304.000s
    group billing answers a heartbeat of a with REBALANCE_IN_PROGRESS
