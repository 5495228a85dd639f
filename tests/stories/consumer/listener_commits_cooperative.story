# A cooperative member's listener hears of what is taken away when the assignment has come, and commits before that goes.
# Kafka: ConsumerCoordinator.onJoinComplete (clients, KIP-429)

given commit=async listener=commit partition.assignment.strategy=cooperative-sticky
given 0,1
until 1s
produce 0 2
produce 1 2
until 2s
skip
heartbeats REBALANCE_IN_PROGRESS
given 0
until 3.1s
heartbeats ok
until 4s
----
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
3.006s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky orders owning orders-0, orders-1 of generation 1 (session 45.000s, rebalance 300.000s)
3.006s   <- broker 1: JoinGroup answered: billing-0#1 in generation 2 by cooperative-sticky, led by checkout-0/1
3.007s   -> broker 1: SyncGroup billing as billing-0#1 generation 2
3.007s   <- broker 1: SyncGroup answered: orders-0
3.008s billing-0 sends a commit of 2 for orders-0 (position 2, generation 2)
3.008s billing-0 sends a commit of 2 for orders-1 (position 2, generation 2)
3.008s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@2, orders-1@2
3.008s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
3.009s billing-0 is told that 2 of orders-0 is committed
3.009s billing-0 is told that 2 of orders-1 is committed
3.009s CommitReturned node=billing-0 call=3 error=null
3.009s billing-0 gives up orders-1 (generation 1)
3.009s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky orders owning orders-0 of generation 2 (session 45.000s, rebalance 300.000s)
3.009s   <- broker 1: JoinGroup answered: billing-0#1 in generation 3 by cooperative-sticky, led by checkout-0/1
3.010s   -> broker 1: SyncGroup billing as billing-0#1 generation 3
3.010s   <- broker 1: SyncGroup answered: orders-0
