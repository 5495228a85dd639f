# unsubscribe() gives everything up and leaves the group without a commit, and nobody waits for the answer. With the next subscribe() and poll() it joins anew.
# Kafka: ClassicKafkaConsumer.unsubscribe, ConsumerCoordinator.onLeavePrepare (clients)

given steps=2.5s:unsubscribe/4s:subscribe:orders
until 2s
produce 0 3
until 2.4s
skip
until 3.9s
----
2.504s billing-0 gives up orders-0 (generation 1)
2.504s billing-0 gives up orders-1 (generation 1)
2.504s billing-0 subscribes no more to orders
2.504s   -> broker 1: LeaveGroup billing as billing-0#1: unsubscribed
2.504s   <- broker 1: LeaveGroup answered: ok

# What was read and not committed is read again.
until 5s
----
4.000s billing-0 subscribes to orders
4.000s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
4.000s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#2
4.001s   -> broker 1: JoinGroup billing as billing-0#2: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
4.001s   <- broker 1: JoinGroup answered: billing-0#2 in generation 1, led by billing-0#2 with billing-0#2 (orders)
4.002s   -> broker 1: SyncGroup billing as billing-0#2 generation 1: billing-0#2 gets orders-0, orders-1
4.002s   <- broker 1: SyncGroup answered: orders-0, orders-1
4.003s billing-0 is assigned orders-0 (generation 1)
4.003s billing-0 is assigned orders-1 (generation 1)
4.003s   -> broker 1: OffsetFetch billing: orders-0, orders-1
4.003s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
4.004s   -> broker 1: ListOffsets orders-0 earliest epoch 0
4.004s   -> broker 2: ListOffsets orders-1 earliest epoch 0
4.004s   <- broker 2: ListOffsets answered: orders-1@0
4.004s   <- broker 1: ListOffsets answered: orders-0@0
4.005s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
4.005s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
4.006s billing-0 gets orders-0@0..2 from poll(), high watermark 3
4.009s billing-0 processes orders-0@0..2
