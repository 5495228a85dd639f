# A classic group before its first generation has no assignor, and cannot be asked for it: the newcomer gets UNKNOWN_SERVER_ERROR.
# Kafka: ConsumerGroup.fromClassicGroup (group-coordinator)

given
quiet
enter a
aloud
enroll c
until 2s
join a
until 7s
describe
----
0.000s c -> ConsumerGroupHeartbeat billing as c#1 at epoch 0, subscribed to orders, owns - (rebalance 300.000s)
    group billing answers a heartbeat of c with UNKNOWN_SERVER_ERROR
    a <- JoinGroup answered: REBALANCE_IN_PROGRESS
    c <- ConsumerGroupHeartbeat answered: UNKNOWN_SERVER_ERROR
0.005s timer linger
    append billing in generation 0 since 0.000s
2.000s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
3.000s timer join
    timer session of a#1 at 48.000s
    timer sync at 303.000s
    group billing CompletingRebalance, generation 1, 1 members
    a <- JoinGroup answered: a#1 in generation 1, led by a#1 with a#1 (orders)
5.000s timer write timeout
CompletingRebalance, generation 1
    a has []
