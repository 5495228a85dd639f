# An assignment that does not fit the subscription any more is not taken: the member joins again.
# Kafka: SubscriptionState.checkAssignmentMatchedSubscription, ConsumerCoordinator.onJoinComplete (clients, KAFKA-7961)

given commit=sync steps=150ms:subscribe:invoices
park SyncGroup
until 300ms
answer 1
until 1s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.003s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#1
0.004s   -> broker 1: JoinGroup billing as billing-0#1: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.004s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 (orders)
0.005s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets orders-0, orders-1
0.200s billing-0 subscribes no more to orders
0.200s billing-0 subscribes to invoices
0.300s   <- broker 1: SyncGroup answered: orders-0, orders-1
0.301s   -> broker 1: JoinGroup billing as billing-0#1: range invoices, cooperative-sticky invoices (session 45.000s, rebalance 300.000s)
0.301s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 (invoices)
0.302s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets invoices-0
0.302s   <- broker 1: SyncGroup answered: invoices-0
0.303s billing-0 is assigned invoices-0 (generation 1)
0.303s   -> broker 1: OffsetFetch billing: invoices-0
0.303s   <- broker 1: OffsetFetch answered: invoices-0 none
0.305s   -> broker 1: ListOffsets invoices-0 earliest epoch 0
0.305s   <- broker 1: ListOffsets answered: invoices-0@0
0.306s billing-0 begins invoices-0 at 0: nothing committed, reset by policy [Earliest]
