# A listener that waits until the worker is done with what it was given, and commits: the JoinGroup waits for it, and the group with it.
# Kafka: ConsumerCoordinator.onJoinPrepare, ConsumerRebalanceListenerInvoker.invokePartitionsRevoked (clients)

given commit=sync worker=yes per.record=500ms listener=drain
until 2s
produce 0 4
until 2.5s
skip
heartbeats REBALANCE_IN_PROGRESS
until 3.1s
heartbeats ok
until 5s
----
2.501s billing-0 processes orders-0@0
3.001s billing-0 processes orders-0@1
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
3.501s billing-0 processes orders-0@2
4.001s billing-0 processes orders-0@3
4.001s billing-0 gives up orders-0 (generation 1)
4.001s billing-0 gives up orders-1 (generation 1)
4.001s   -> broker 1: JoinGroup billing as billing-0#1: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
4.001s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 (orders)
4.002s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets orders-0, orders-1
4.002s   <- broker 1: SyncGroup answered: orders-0, orders-1
4.003s billing-0 is assigned orders-0 (generation 1)
4.003s billing-0 is assigned orders-1 (generation 1)
4.003s   -> broker 1: OffsetFetch billing: orders-0, orders-1
4.003s   <- broker 1: OffsetFetch answered: orders-0@4, orders-1@0
4.004s billing-0 begins orders-0 at the committed offset 4
4.004s billing-0 begins orders-1 at the committed offset 0
4.004s   -> broker 1: OffsetForLeaderEpoch orders-0 end of epoch 0, leader epoch 0
4.004s   <- broker 1: OffsetForLeaderEpoch answered: orders-0 epoch 0 ends at 4
