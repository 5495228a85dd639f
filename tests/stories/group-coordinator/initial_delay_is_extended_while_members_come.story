# The initial delay is extended by its own length as long as members keep coming, within the rebalance timeout.
# Kafka: GroupMetadataManager.tryCompleteInitialRebalanceElseSchedule (group-coordinator); KIP-134

given
client a rebalance=8s
client b rebalance=8s
client c rebalance=8s
client d rebalance=8s
enter a
until 2s
enter b
until 5s
enter c
until 7s
enter d
until 12s
----
0.000s a -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 8.000s)
    timer session of a#1 at 45.000s
    timer linger at 0.005s
    a <- JoinGroup answered: MEMBER_ID_REQUIRED as a#1
0.000s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 8.000s)
    timer session of a#1 at 300.000s
    timer join at 3.000s
    timer write timeout at 5.000s
    group billing a joins
    group billing PreparingRebalance, generation 0, 1 members
0.005s timer linger
    append billing in generation 0 since 0.000s
2.000s b -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 8.000s)
    timer session of b#1 at 47.000s
    b <- JoinGroup answered: MEMBER_ID_REQUIRED as b#1
2.000s b -> JoinGroup billing as b#1: range orders (session 45.000s, rebalance 8.000s)
    timer session of b#1 at 302.000s
    group billing b joins
3.000s timer join
    timer join at 6.000s
5.000s timer write timeout
5.000s c -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 8.000s)
    timer session of c#1 at 50.000s
    c <- JoinGroup answered: MEMBER_ID_REQUIRED as c#1
5.000s c -> JoinGroup billing as c#1: range orders (session 45.000s, rebalance 8.000s)
    timer session of c#1 at 305.000s
    group billing c joins
6.000s timer join
    timer join at 8.000s
7.000s d -> JoinGroup billing as nobody: range orders (session 45.000s, rebalance 8.000s)
    timer session of d#1 at 52.000s
    d <- JoinGroup answered: MEMBER_ID_REQUIRED as d#1
7.000s d -> JoinGroup billing as d#1: range orders (session 45.000s, rebalance 8.000s)
    timer session of d#1 at 307.000s
    group billing d joins
8.000s timer join
    timer session of a#1 at 53.000s
    timer session of b#1 at 53.000s
    timer session of c#1 at 53.000s
    timer session of d#1 at 53.000s
    timer sync at 16.000s
    group billing CompletingRebalance, generation 1, 4 members
    a <- JoinGroup answered: a#1 in generation 1, led by a#1 with a#1 (orders), b#1 (orders), c#1 (orders), d#1 (orders)
    b <- JoinGroup answered: b#1 in generation 1, led by a#1
    c <- JoinGroup answered: c#1 in generation 1, led by a#1
    d <- JoinGroup answered: d#1 in generation 1, led by a#1
