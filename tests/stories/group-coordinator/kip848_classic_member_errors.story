# What a member of the classic protocol in a group of the new one may be told.
# Kafka: GroupMetadataManager.validateConsumerGroupMember, throwIfGenerationIdUnmatched (group-coordinator)

given
quiet
enroll c
pass 10ms
aloud
heartbeat a
sync a
leave a
----
0.010s a -> Heartbeat billing as nobody generation -1
    a <- Heartbeat answered: UNKNOWN_MEMBER_ID
0.010s a -> SyncGroup billing as nobody generation -1
    a <- SyncGroup answered: UNKNOWN_MEMBER_ID
0.010s a -> LeaveGroup billing as nobody: closed
    a <- LeaveGroup answered: UNKNOWN_MEMBER_ID

quiet
enter a
pass 10ms
aloud
client a generation=7
heartbeat a
sync a
commit a 0@1
client a offers=sticky
join a
pass 10ms
----
0.020s a -> Heartbeat billing as a#1 generation 7
    a <- Heartbeat answered: ILLEGAL_GENERATION
0.020s a -> SyncGroup billing as a#1 generation 7
    a <- SyncGroup answered: ILLEGAL_GENERATION
0.020s a -> OffsetCommit billing as a#1 generation 7: orders-0@1
    group billing refuses a commit for orders-0: ILLEGAL_GENERATION
    a <- OffsetCommit answered: orders-0 ILLEGAL_GENERATION
0.020s a -> JoinGroup billing as a#1: sticky orders (session 45.000s, rebalance 300.000s)
    a <- JoinGroup answered: INCONSISTENT_GROUP_PROTOCOL

# Who does not sync, and who does not join again in time, is removed.
client b rebalance=10s
enter b
pass 10ms
until 8s
heartbeat b
until 12s
describe
----
0.030s b -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 10.000s)
    b <- JoinGroup answered: MEMBER_ID_REQUIRED as b#1
0.030s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 10.000s)
    timer linger at 0.035s
0.035s timer linger
    append billing: member b#1 subscribes to orders by the classic protocol
           billing: group epoch 3
           billing: a#1 is to have orders-3, orders-4
           billing: b#1 is to have orders-2, orders-5
           billing: c#1 is to have orders-0, orders-1
           billing: assignment epoch 3
           billing: b#1 at epoch 3 (before: 0), UNRELEASED_PARTITIONS
    timer session of b#1 at 45.035s
    timer sync of b#1 at 10.035s
    group billing b joins
    group billing assigns for epoch 3 (uniform)
    group billing b is at epoch 3, UNRELEASED_PARTITIONS, has 0
    group billing Reconciling, generation 3, 3 members
    b <- JoinGroup answered: b#1 in generation 3, led by nobody
5.000s timer write timeout
8.000s b -> Heartbeat billing as b#1 generation 3
    timer session of b#1 at 53.000s
    b <- Heartbeat answered: ok
10.035s timer sync of b#1
    no timer session of b#1
    timer linger at 10.040s
    timer write timeout at 15.035s
10.040s timer linger
    append billing: b#1 has nothing
           billing: b#1 is to have nothing
           billing: b#1 is no member
           billing: group epoch 4
    group billing b is removed: did not sync in time
    group billing Assigning, generation 4, 2 members
Assigning, generation 4, assignment epoch 3, uniform
    a has [], epoch 2, UNRELEASED_PARTITIONS, is to have [3,4], classic
    c has [0,1,2,3,4,5], epoch 1, STABLE, is to have [0,1]
