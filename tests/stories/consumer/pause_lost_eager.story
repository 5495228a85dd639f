# A pause() ends with an eager rebalance: the partition comes back as one that nobody has paused.
# Kafka: SubscriptionState.assignFromSubscribed, KafkaConsumer.pause (clients)

given commit=sync steps=2.5s:pause
hide commit
hide Commit
until 2.6s
skip
produce 0 2
until 2.9s
----
(nothing)

heartbeats REBALANCE_IN_PROGRESS
until 3.1s
heartbeats ok
until 4s
----
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
3.006s billing-0 gives up orders-0 (generation 1)
3.006s billing-0 gives up orders-1 (generation 1)
3.006s   -> broker 1: JoinGroup billing as billing-0#1: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
3.006s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 (orders)
3.007s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets orders-0, orders-1
3.007s   <- broker 1: SyncGroup answered: orders-0, orders-1
3.008s billing-0 is assigned orders-0 (generation 1)
3.008s billing-0 is assigned orders-1 (generation 1)
3.008s   -> broker 1: OffsetFetch billing: orders-0, orders-1
3.008s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
3.009s   -> broker 1: ListOffsets orders-0 earliest epoch 0
3.009s   -> broker 2: ListOffsets orders-1 earliest epoch 0
3.009s   <- broker 2: ListOffsets answered: orders-1@0
3.009s   <- broker 1: ListOffsets answered: orders-0@0
3.011s billing-0 gets orders-0@0..1 from poll(), high watermark 2
3.013s billing-0 processes orders-0@0..1
