# Auto-commit is the timer's, in poll(), and begins anew with every reconciliation.
# Kafka: CommitRequestManager.updateTimerAndMaybeCommit, ConsumerMembershipManager.signalReconciliationCompleting (clients)

given group.protocol=consumer
until 1s
produce 0 3
until 7s
hide ConsumerGroupHeartbeat
may 0 epoch=2
until 17s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.004s billing-0 is assigned orders-0 (generation 1)
0.004s billing-0 is assigned orders-1 (generation 1)
0.004s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 1: orders-0, orders-1
0.004s   <- broker 1: OffsetFetch answered: orders-0 none, orders-1 none
0.005s   -> broker 2: ListOffsets orders-1 earliest epoch 0
0.005s   <- broker 2: ListOffsets answered: orders-1@0
0.006s billing-0 begins orders-1 at 0: nothing committed, reset by policy [Earliest]
0.006s   -> broker 1: ListOffsets orders-0 earliest epoch 0
0.006s   <- broker 1: ListOffsets answered: orders-0@0
0.007s billing-0 begins orders-0 at 0: nothing committed, reset by policy [Earliest]
1.001s billing-0 gets orders-0@0..2 from poll(), high watermark 3
1.004s billing-0 processes orders-0@0..2
5.004s billing-0 sends a commit of 3 for orders-0 (position 3, generation 1)
5.004s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
5.004s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@3, orders-1@0
5.004s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
5.005s billing-0 is told that 3 of orders-0 is committed
5.005s billing-0 is told that 0 of orders-1 is committed
10.004s billing-0 sends a commit of 3 for orders-0 (position 3, generation 1)
10.004s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
10.004s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@3, orders-1@0
10.004s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
10.005s billing-0 sends a commit of 3 for orders-0 (position 3, generation 2)
10.005s billing-0 sends a commit of 0 for orders-1 (position 0, generation 2)
10.005s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@3, orders-1@0
10.005s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
10.005s billing-0 is told that 3 of orders-0 is committed
10.005s billing-0 is told that 0 of orders-1 is committed
10.006s billing-0 is told that 3 of orders-0 is committed
10.006s billing-0 is told that 0 of orders-1 is committed
10.006s billing-0 gives up orders-1 (generation 1)
15.006s billing-0 sends a commit of 3 for orders-0 (position 3, generation 2)
15.006s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@3
15.006s   <- broker 1: OffsetCommit answered: orders-0 ok
15.007s billing-0 is told that 3 of orders-0 is committed
