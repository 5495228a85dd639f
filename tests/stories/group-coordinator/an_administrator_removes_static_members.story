# An administrator removes static members by their instance ids, several with one request. It is one rebalance.
# Kafka: GroupMetadataManager.classicGroupLeaveToClassicGroup (group-coordinator, KIP-345)

given
client a instance=one
client b instance=two
stable a b c
until 20s
remove d one two
pass 5ms
remove d one
----
6.010s (a, b, c stable)
11.000s timer write timeout
20.000s d -> LeaveGroup billing as nobody of instance one: removed by an administrator, as nobody of instance two: removed by an administrator
    no timer session of a#1
    no timer session of b#1
    timer join at 320.000s
    group billing a is removed by an administrator
    group billing b is removed by an administrator
    group billing PreparingRebalance, generation 1, 1 members
    d <- LeaveGroup answered: nobody of instance one ok, nobody of instance two ok
20.005s d -> LeaveGroup billing as nobody of instance one: removed by an administrator
    d <- LeaveGroup answered: UNKNOWN_MEMBER_ID
