# Restarted within its session, the leader of the group takes its assignment again, without assigning.
# Kafka: ConsumerCoordinator.onLeaderElected (clients, KIP-814)

given instance=billing-a
hide processes
until 2s
skip
keeps 1
restart
until 2.2s
----
2.000s # the process dies, and is started again
2.001s   -> broker 2: FindCoordinator billing
2.001s   <- broker 2: FindCoordinator answered: broker 1
2.003s   -> broker 1: JoinGroup billing as nobody of instance billing-a: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
2.003s   <- broker 1: JoinGroup answered: billing-0#2 in generation 1, led by billing-0#2 with billing-0#2 of instance billing-a (orders) skipping the assignment
2.004s   -> broker 1: SyncGroup billing as billing-0#2 of instance billing-a generation 1
2.004s   <- broker 1: SyncGroup answered: orders-1
2.005s billing-0 is assigned orders-1 (generation 1)
2.005s   -> broker 1: OffsetFetch billing: orders-1
2.005s   <- broker 1: OffsetFetch answered: orders-1 none
2.006s   -> broker 2: ListOffsets orders-1 earliest epoch 0
2.006s   <- broker 2: ListOffsets answered: orders-1@0
2.007s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
