# With another subscription a cooperative member gives up what it does not subscribe to any more, before it joins, and nothing else.
# Kafka: ConsumerCoordinator.onJoinPrepare (clients, KIP-429)

given commit=sync partition.assignment.strategy=cooperative-sticky steps=2.5s:subscribe:orders+invoices/4s:subscribe:invoices
hide processes
until 2s
produce 2 2
skip
until 3.9s
----
2.500s billing-0 subscribes to invoices
2.500s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky orders, invoices owning orders-0, orders-1 of generation 1 (session 45.000s, rebalance 300.000s)
2.500s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1 by cooperative-sticky, led by billing-0#1 with billing-0#1 (orders, invoices owning orders-0, orders-1 of generation 1)
2.513s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets orders-0, orders-1, invoices-0
2.513s   <- broker 1: SyncGroup answered: orders-0, orders-1, invoices-0
2.514s billing-0 is assigned invoices-0 (generation 1)
2.514s   -> broker 1: OffsetFetch billing: invoices-0
2.514s   <- broker 1: OffsetFetch answered: invoices-0 none
2.515s   -> broker 1: ListOffsets invoices-0 earliest epoch 0
3.014s   <- broker 1: ListOffsets answered: invoices-0@0
3.015s billing-0 begins invoices-0 at 0: nothing committed, reset by policy [Earliest]
3.517s billing-0 gets invoices-0@0..1 from poll(), high watermark 2
3.519s billing-0 sends a commit of 0 for orders-0 (position 0, generation 1)
3.519s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
3.519s billing-0 sends a commit of 2 for invoices-0 (position 2, generation 1)
3.519s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@0, orders-1@0, invoices-0@2
3.519s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok, invoices-0 ok
3.520s billing-0 is told that 0 of orders-0 is committed
3.520s billing-0 is told that 0 of orders-1 is committed
3.520s billing-0 is told that 2 of invoices-0 is committed
3.520s CommitReturned node=billing-0 call=1 error=null

# Now only invoices.
until 5s
----
4.020s billing-0 subscribes no more to orders
4.020s billing-0 gives up orders-0 (generation 1)
4.020s billing-0 gives up orders-1 (generation 1)
4.020s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky invoices owning invoices-0 of generation 1 (session 45.000s, rebalance 300.000s)
4.020s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1 by cooperative-sticky, led by billing-0#1 with billing-0#1 (invoices owning invoices-0 of generation 1)
4.517s   -> broker 1: SyncGroup billing as billing-0#1 generation 1: billing-0#1 gets invoices-0
4.517s   <- broker 1: SyncGroup answered: invoices-0
