# The coordinator does not know the member any more: everything is lost, and it joins anew, without a member id.
# Kafka: HeartbeatResponseHandler, AbstractCoordinator.resetStateOnResponseError (clients)

given
until 500ms
skip
generation 2
refused Heartbeat UNKNOWN_MEMBER_ID
until 4s
----
3.006s billing-0 its commit of 0 for orders-0 fails: UNKNOWN_MEMBER_ID
3.006s billing-0 its commit of 0 for orders-1 fails: UNKNOWN_MEMBER_ID
3.006s billing-0 its commit throws CommitFailedException
3.006s billing-0 loses orders-0 (generation 1)
3.006s billing-0 loses orders-1 (generation 1)
3.006s   -> broker 1: JoinGroup billing as nobody: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
3.006s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#2
3.007s   -> broker 1: JoinGroup billing as billing-0#2: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
3.007s   <- broker 1: JoinGroup answered: billing-0#2 in generation 2, led by billing-0#2 with billing-0#2 (orders)
3.008s   -> broker 1: SyncGroup billing as billing-0#2 generation 2: billing-0#2 gets orders-0, orders-1
3.008s   <- broker 1: SyncGroup answered: orders-0, orders-1
3.009s billing-0 is assigned orders-0 (generation 2)
3.009s billing-0 is assigned orders-1 (generation 2)
3.009s   -> broker 1: OffsetFetch billing: orders-0, orders-1
3.009s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
3.010s   -> broker 1: ListOffsets orders-0 earliest epoch 0
3.010s   -> broker 2: ListOffsets orders-1 earliest epoch 0
3.013s   <- broker 2: ListOffsets answered: orders-1@0
3.014s   <- broker 1: ListOffsets answered: orders-0@0
3.014s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
3.015s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
