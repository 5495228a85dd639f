# While its JoinGroup is parked a cooperative member goes on reading what it has. Its commits fail without a request: RebalanceInProgressException.
# Kafka: ConsumerCoordinator.sendOffsetCommitRequest (clients, KIP-429)

given commit=sync partition.assignment.strategy=cooperative-sticky
hide processes
given 0,1
until 2s
skip
park JoinGroup
heartbeats REBALANCE_IN_PROGRESS
until 3.2s
produce 0 2
until 3.4s
----
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
3.006s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky orders owning orders-0, orders-1 of generation 1 (session 45.000s, rebalance 300.000s)
3.201s billing-0 gets orders-0@0..1 from poll(), high watermark 2
3.203s billing-0 its commit of 2 for orders-0 fails: REBALANCE_IN_PROGRESS
3.203s billing-0 its commit of 0 for orders-1 fails: REBALANCE_IN_PROGRESS
3.203s billing-0 its commit throws RebalanceInProgressException

heartbeats ok
answer 2
until 3.6s
produce 0 1
until 3.8s
----
3.400s   <- broker 1: JoinGroup answered: billing-0#1 in generation 2 by cooperative-sticky, led by checkout-0/1
3.401s   -> broker 1: SyncGroup billing as billing-0#1 generation 2
3.401s   <- broker 1: SyncGroup answered: orders-0, orders-1
3.601s billing-0 gets orders-0@2 from poll(), high watermark 3
3.602s billing-0 sends a commit of 3 for orders-0 (position 3, generation 2)
3.602s billing-0 sends a commit of 0 for orders-1 (position 0, generation 2)
3.602s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@3, orders-1@0
3.602s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
3.603s billing-0 is told that 3 of orders-0 is committed
3.603s billing-0 is told that 0 of orders-1 is committed
3.603s CommitReturned node=billing-0 call=2 error=null
