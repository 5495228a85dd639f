# With another subscription an eager member commits, gives everything up, what it goes on reading included, and joins with it.
# Kafka: ConsumerCoordinator.rejoinNeededOrPending, onJoinPrepare (clients)

given steps=2.5s:subscribe:orders+invoices
hide processes
until 2s
produce 0 3
produce 2 2
until 2.4s
skip
until 4s
----
2.504s billing-0 subscribes to invoices
2.504s billing-0 sends a commit of 3 for orders-0 (position 3, generation 1)
2.504s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
2.504s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@3, orders-1@0
2.504s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
2.505s billing-0 is told that 3 of orders-0 is committed
2.505s billing-0 is told that 0 of orders-1 is committed
2.505s billing-0 gives up orders-0 (generation 1)
2.505s billing-0 gives up orders-1 (generation 1)
2.505s   -> broker 1: JoinGroup billing as billing-0#1: range orders, invoices, cooperative-sticky orders, invoices (session 45.000s, rebalance 300.000s)
2.505s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 (orders, invoices)
2.513s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets orders-0, orders-1, invoices-0
2.513s   <- broker 1: SyncGroup answered: orders-0, orders-1, invoices-0
2.514s billing-0 is assigned orders-0 (generation 1)
2.514s billing-0 is assigned orders-1 (generation 1)
2.514s billing-0 is assigned invoices-0 (generation 1)
2.514s   -> broker 1: OffsetFetch billing: orders-0, orders-1, invoices-0
2.514s   <- broker 1: OffsetFetch answered: orders-0@3, orders-1@0, invoices-0 none
2.515s billing-0 begins orders-0 at the committed offset 3
2.515s billing-0 begins orders-1 at the committed offset 0
2.515s   -> broker 1: OffsetForLeaderEpoch orders-0 end of epoch 0, leader epoch 0
2.515s   -> broker 1: ListOffsets invoices-0 earliest epoch 0
3.002s   <- broker 1: OffsetForLeaderEpoch answered: orders-0 epoch 0 ends at 3
3.002s   <- broker 1: ListOffsets answered: invoices-0@0
3.003s billing-0 begins invoices-0 at 0: nothing committed, reset by policy [Earliest]
3.505s billing-0 gets invoices-0@0..1 from poll(), high watermark 2
