# A pause() outlives a cooperative rebalance for what the member keeps.
# Kafka: SubscriptionState.assignFromSubscribed, KafkaConsumer.pause (clients, KIP-429)

given commit=sync partition.assignment.strategy=cooperative-sticky steps=2.5s:pause
hide commit
hide Commit
given 0,1
until 2.6s
skip
given 0
heartbeats REBALANCE_IN_PROGRESS
produce 0 2
until 3.1s
heartbeats ok
until 5s
----
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
3.006s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky orders owning orders-0, orders-1 of generation 1 (session 45.000s, rebalance 300.000s)
3.006s   <- broker 1: JoinGroup answered: billing-0#1 in generation 2 by cooperative-sticky, led by checkout-0/1
3.007s   -> broker 1: SyncGroup billing as billing-0#1 generation 2
3.007s   <- broker 1: SyncGroup answered: orders-0
3.008s billing-0 gives up orders-1 (generation 1)
3.008s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky orders owning orders-0 of generation 2 (session 45.000s, rebalance 300.000s)
3.008s   <- broker 1: JoinGroup answered: billing-0#1 in generation 3 by cooperative-sticky, led by checkout-0/1
3.009s   -> broker 1: SyncGroup billing as billing-0#1 generation 3
3.009s   <- broker 1: SyncGroup answered: orders-0
