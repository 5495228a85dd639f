# Until 4.0 it goes on reading what it does not subscribe to any more, for as long as it has that.
# Kafka: SubscriptionState.fetchablePartitions (clients)

given group.protocol=consumer commit=sync kafka=4.0 steps=2.5s:subscribe:invoices
until 2.6s
skip
produce 0 2
until 4s
----
2.601s billing-0 gets orders-0@0..1 from poll(), high watermark 2
2.603s billing-0 processes orders-0@0..1
2.603s billing-0 sends a commit of 2 for orders-0 (position 2, generation 1)
2.603s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
2.603s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@2, orders-1@0
2.603s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
2.604s billing-0 is told that 2 of orders-0 is committed
2.604s billing-0 is told that 0 of orders-1 is committed
2.604s CommitReturned node=billing-0 call=1 error=null
