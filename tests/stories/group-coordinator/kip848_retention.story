# Offsets of a group of the new protocol expire by the time of their commit, even if it has only now become empty.
# Kafka: ConsumerGroup.offsetExpirationCondition (group-coordinator)

given offsets.retention.minutes=30 offsets.retention.check.interval.ms=600000
quiet
enroll a
pass 5ms
commit a 0@10
pass 5ms
until 1760s
enroll b
pass 5ms
aloud
until 1790s
quit b
pass 5ms
until 1800s
describe
until 2400s
describe
----
1765.000s timer write timeout
1790.000s b -> ConsumerGroupHeartbeat billing as b#1 at epoch -1
    no timer session of b#1
    timer linger at 1790.005s
    timer write timeout at 1795.000s
1790.005s timer linger
    append billing: b#1 has nothing
           billing: b#1 is to have nothing
           billing: b#1 is no member
           billing: partitions of -
           billing: group epoch 4
    group billing b has given orders-0 up
    group billing b has given orders-1 up
    group billing b has given orders-2 up
    group billing b has given orders-3 up
    group billing b has given orders-4 up
    group billing b has given orders-5 up
    group billing b leaves
    group billing Empty, generation 4, 0 members
    b <- ConsumerGroupHeartbeat answered: b#1 at epoch -1
1795.000s timer write timeout
1800.000s timer retention
1800.000s timer retention
Empty, generation 4, assignment epoch 3, uniform
2400.000s timer retention
2400.000s timer retention
    timer linger at 2400.005s
    group billing Dead, generation 4, 0 members
there is no group
