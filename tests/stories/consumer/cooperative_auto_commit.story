# With auto-commit a cooperative member commits before it joins, and goes on reading meanwhile: it stops nothing.
# Kafka: ConsumerCoordinator.maybeMarkPartitionsPendingRevocation (clients)

given partition.assignment.strategy=cooperative-sticky
hide processes
given 0,1
until 2s
produce 0 3
until 2.9s
skip
heartbeats REBALANCE_IN_PROGRESS
until 3.1s
----
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
3.006s billing-0 sends a commit of 3 for orders-0 (position 3, generation 1)
3.006s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
3.006s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@3, orders-1@0
3.006s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
3.007s billing-0 is told that 3 of orders-0 is committed
3.007s billing-0 is told that 0 of orders-1 is committed
3.007s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky orders owning orders-0, orders-1 of generation 1 (session 45.000s, rebalance 300.000s)
3.007s   <- broker 1: JoinGroup answered: billing-0#1 in generation 2 by cooperative-sticky, led by checkout-0/1
3.008s   -> broker 1: SyncGroup billing as billing-0#1 generation 2
3.008s   <- broker 1: SyncGroup answered: orders-0, orders-1
