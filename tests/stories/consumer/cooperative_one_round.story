# A cooperative member that loses nothing joins once. What is new to it begins at the committed offset, what it had goes on as it was.
# Kafka: ConsumerCoordinator.onJoinComplete (clients, KIP-429)

given commit=sync partition.assignment.strategy=cooperative-sticky
hide processes
given 0
until 2s
skip
given 0,1
heartbeats REBALANCE_IN_PROGRESS
until 3.1s
----
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
3.006s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky orders owning orders-0 of generation 1 (session 45.000s, rebalance 300.000s)
3.006s   <- broker 1: JoinGroup answered: billing-0#1 in generation 2 by cooperative-sticky, led by checkout-0/1
3.007s   -> broker 1: SyncGroup billing as billing-0#1 generation 2
3.007s   <- broker 1: SyncGroup answered: orders-0, orders-1
3.008s billing-0 is assigned orders-1 (generation 2)
3.008s   -> broker 1: OffsetFetch billing: orders-1
3.008s   <- broker 1: OffsetFetch answered: orders-1 none
3.009s   -> broker 2: ListOffsets orders-1 earliest epoch 0
3.009s   <- broker 2: ListOffsets answered: orders-1@0
3.010s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
