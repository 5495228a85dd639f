# Of the assignors that all members have, each votes for the one that it names first. The most votes win.
# Kafka: ClassicGroup.selectProtocol (group-coordinator)

given
client a offers=range,sticky,roundrobin
client b offers=sticky,range
client c offers=sticky,range,roundrobin
quiet
enter a
enter b
enter c
aloud
until 6s
----
0.005s timer linger
    append billing in generation 0 since 0.000s
3.000s timer join
    timer join at 6.000s
5.000s timer write timeout
6.000s timer join
    timer session of a#1 at 51.000s
    timer session of b#1 at 51.000s
    timer session of c#1 at 51.000s
    timer sync at 306.000s
    group billing CompletingRebalance, generation 1, 3 members
    a <- JoinGroup answered: a#1 in generation 1 by sticky, led by a#1 with a#1 (orders), b#1 (orders), c#1 (orders)
    b <- JoinGroup answered: b#1 in generation 1 by sticky, led by a#1
    c <- JoinGroup answered: c#1 in generation 1 by sticky, led by a#1
