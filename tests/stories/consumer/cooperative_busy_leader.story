# Between its JoinGroup and the answer a member's heartbeat thread sleeps. One that works on records meanwhile reads the answer with its next call: its SyncGroup, which the whole group waits for if it leads, comes as late as that, and so do its heartbeats.
# Kafka: AbstractCoordinator.HeartbeatThread.run, state.hasNotJoinedGroup() (clients)

given commit=sync partition.assignment.strategy=cooperative-sticky per.record=10s
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

heartbeats ok
answer 2
until 27s
----
3.400s   <- broker 1: JoinGroup answered: billing-0#1 in generation 2 by cooperative-sticky, led by billing-0#1 with billing-0#1 (orders owning orders-0, orders-1 of generation 1)
13.201s billing-0 processes orders-0@0
23.201s billing-0 processes orders-0@1
23.201s billing-0 its commit of 2 for orders-0 fails: REBALANCE_IN_PROGRESS
23.201s billing-0 its commit of 0 for orders-1 fails: REBALANCE_IN_PROGRESS
23.201s billing-0 its commit throws RebalanceInProgressException
23.201s   -> broker 1: SyncGroup billing as billing-0#1 generation 2: billing-0#1 gets orders-0, orders-1
23.201s   <- broker 1: SyncGroup answered: orders-0, orders-1
