# With as many votes for one as for another the one wins that comes first in Java's hash map: sticky before range, range before roundrobin and cooperative-sticky.
# Kafka: ClassicGroup.selectProtocol (group-coordinator)

given
client a offers=cooperative-sticky,range
client b offers=range,cooperative-sticky
quiet
enter a
enter b
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
    timer sync at 306.000s
    group billing CompletingRebalance, generation 1, 2 members
    a <- JoinGroup answered: a#1 in generation 1, led by a#1 with a#1 (orders), b#1 (orders)
    b <- JoinGroup answered: b#1 in generation 1, led by a#1
