# Until 4.2 the background thread waits for nobody if there is no rebalance listener: a partition goes, and another one comes, while the application is at work. What it has of it it works on.
# Kafka: AbstractMembershipManager.maybeReconcile, assignPartitions, ConsumerMembershipManager.invokeOnPartitionsRevokedCallback (clients, 4.2)

given group.protocol=consumer commit=sync per.record=3s listener=none kafka=4.2
until 500ms
produce 1 4
until 1s
skip
may 0 epoch=2
until 14s
----
3.501s billing-0 processes orders-1@0
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
5.005s billing-0 gives up orders-1 (generation 1)
5.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0
5.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
6.501s billing-0 processes orders-1@1
9.501s billing-0 processes orders-1@2
12.501s billing-0 processes orders-1@3
12.501s billing-0 sends a commit of 0 for orders-0 (position 0, generation 2)
12.501s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@0
12.501s   <- broker 1: OffsetCommit answered: orders-0 ok
12.502s billing-0 is told that 0 of orders-0 is committed
12.502s CommitReturned node=billing-0 call=1 error=null

produce 0 4
may 0,1 epoch=3
until 28s
----
14.001s billing-0 gets orders-0@0..3 from poll(), high watermark 4
15.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 3, may have orders-0, orders-1
15.006s billing-0 is assigned orders-1 (generation 3)
15.006s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 3, owns orders-0, orders-1
15.006s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 3
17.001s billing-0 processes orders-0@0
20.001s billing-0 processes orders-0@1
23.001s billing-0 processes orders-0@2
26.001s billing-0 processes orders-0@3
26.001s billing-0 sends a commit of 4 for orders-0 (position 4, generation 3)
26.001s   -> broker 1: OffsetCommit billing as billing-0#1 generation 3: orders-0@4
26.001s   <- broker 1: OffsetCommit answered: orders-0 ok
26.002s billing-0 is told that 4 of orders-0 is committed
26.002s CommitReturned node=billing-0 call=2 error=null
26.002s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 3: orders-1
26.002s   <- broker 1: OffsetFetch answered: orders-1 none
26.003s   -> broker 2: ListOffsets orders-1 earliest epoch 0
26.003s   <- broker 2: ListOffsets answered: orders-1@0
26.004s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
26.005s billing-0 gets orders-1@0..3 from poll(), high watermark 4
