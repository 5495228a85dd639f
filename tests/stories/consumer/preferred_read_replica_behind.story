# A follower that has not what the consumer asks for answers OFFSET_OUT_OF_RANGE. That is no reason to reset: the consumer goes back to the leader, and its position stays.
# Kafka: FetchCollector.handleInitializeErrors (clients); KIP-392

given client.rack=a commit=never
hide OffsetFetch
hide ListOffsets
hide Heartbeat
follower 0 2
produce 0 5
until 1s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: JoinGroup billing as nobody: range orders in rack a, cooperative-sticky orders in rack a (session 45.000s, rebalance 300.000s)
0.003s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#1
0.004s   -> broker 1: JoinGroup billing as billing-0#1: range orders in rack a, cooperative-sticky orders in rack a (session 45.000s, rebalance 300.000s)
0.004s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 (orders in rack a)
0.005s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets orders-0, orders-1
0.005s   <- broker 1: SyncGroup answered: orders-0, orders-1
0.006s billing-0 is assigned orders-0 (generation 1)
0.006s billing-0 is assigned orders-1 (generation 1)
0.008s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.009s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
0.010s billing-0 reads orders-0 from broker 2 from now on, as the leader says (KIP-392)
0.510s billing-0 gets orders-0@0..4 from poll(), high watermark 5
0.515s billing-0 processes orders-0@0..4

# The follower's log has lost what the consumer has read already.
skip
follower 0 2 3
produce 0 2
until 2s
----
1.001s billing-0 reads orders-0 from the leader again, and no more from broker 2: broker 2 answered OFFSET_OUT_OF_RANGE
1.002s billing-0 gets orders-0@5..6 from poll(), high watermark 7
1.004s billing-0 processes orders-0@5..6
