# A cooperative member keeps what it has while it joins. What it is not given again it gives up then, and joins once more at once; what it keeps it goes on reading.
# Kafka: ConsumerCoordinator.onJoinPrepare, onJoinComplete (clients, KIP-429)

given commit=sync partition.assignment.strategy=cooperative-sticky
hide processes
given 0,1
until 2s
skip
given 1
heartbeats REBALANCE_IN_PROGRESS
produce 0 5
produce 1 5
until 3.1s
----
2.001s billing-0 gets orders-0@0..4 from poll(), high watermark 5
2.006s billing-0 sends a commit of 5 for orders-0 (position 5, generation 1)
2.006s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
2.006s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@5, orders-1@0
2.006s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
2.007s billing-0 is told that 5 of orders-0 is committed
2.007s billing-0 is told that 0 of orders-1 is committed
2.007s CommitReturned node=billing-0 call=1 error=null
2.007s billing-0 gets orders-1@0..4 from poll(), high watermark 5
2.012s billing-0 sends a commit of 5 for orders-0 (position 5, generation 1)
2.012s billing-0 sends a commit of 5 for orders-1 (position 5, generation 1)
2.012s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@5, orders-1@5
2.012s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
2.013s billing-0 is told that 5 of orders-0 is committed
2.013s billing-0 is told that 5 of orders-1 is committed
2.013s CommitReturned node=billing-0 call=2 error=null
3.005s   -> broker 1: Heartbeat billing as billing-0#1 generation 1
3.005s   <- broker 1: Heartbeat answered: REBALANCE_IN_PROGRESS
3.006s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky orders owning orders-0, orders-1 of generation 1 (session 45.000s, rebalance 300.000s)
3.006s   <- broker 1: JoinGroup answered: billing-0#1 in generation 2 by cooperative-sticky, led by checkout-0/1
3.007s   -> broker 1: SyncGroup billing as billing-0#1 generation 2
3.007s   <- broker 1: SyncGroup answered: orders-1
3.008s billing-0 gives up orders-0 (generation 1)
3.008s   -> broker 1: JoinGroup billing as billing-0#1: cooperative-sticky orders owning orders-1 of generation 2 (session 45.000s, rebalance 300.000s)
3.008s   <- broker 1: JoinGroup answered: billing-0#1 in generation 3 by cooperative-sticky, led by checkout-0/1
3.009s   -> broker 1: SyncGroup billing as billing-0#1 generation 3
3.009s   <- broker 1: SyncGroup answered: orders-1

# The heartbeats say that all is well, and the second round has brought nothing new.
heartbeats ok
produce 0 5
produce 1 5
until 4s
----
3.101s billing-0 gets orders-1@5..9 from poll(), high watermark 10
3.106s billing-0 sends a commit of 10 for orders-1 (position 10, generation 3)
3.106s   -> broker 1: OffsetCommit billing as billing-0#1 generation 3: orders-1@10
3.106s   <- broker 1: OffsetCommit answered: orders-1 ok
3.107s billing-0 is told that 10 of orders-1 is committed
3.107s CommitReturned node=billing-0 call=3 error=null
