# One of two partitions goes: what was consumed of both is committed, the partition is given up in poll(), and the heartbeat that says so does not wait. The other is read all the while.
# Kafka: AbstractMembershipManager.maybeReconcile, revokeAndAssign (clients); KIP-848

given group.protocol=consumer
until 2s
produce 0 3
produce 1 3
until 5s
skip
may 0 epoch=2
until 5.1s
produce 0 2
produce 1 2
until 6s
may 0,1 epoch=3
until 11s
----
5.004s billing-0 sends a commit of 3 for orders-0 (position 3, generation 1)
5.004s billing-0 sends a commit of 3 for orders-1 (position 3, generation 1)
5.004s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@3, orders-1@3
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
5.004s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
5.005s billing-0 sends a commit of 3 for orders-0 (position 3, generation 2)
5.005s billing-0 sends a commit of 3 for orders-1 (position 3, generation 2)
5.005s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@3, orders-1@3
5.005s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
5.005s billing-0 is told that 3 of orders-0 is committed
5.005s billing-0 is told that 3 of orders-1 is committed
5.006s billing-0 is told that 3 of orders-0 is committed
5.006s billing-0 is told that 3 of orders-1 is committed
5.006s billing-0 gives up orders-1 (generation 1)
5.006s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0
5.006s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
5.101s billing-0 gets orders-0@3..4 from poll(), high watermark 5
5.103s billing-0 processes orders-0@3..4
10.006s billing-0 sends a commit of 5 for orders-0 (position 5, generation 2)
10.006s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@5
10.006s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 3, may have orders-0, orders-1
10.006s   <- broker 1: OffsetCommit answered: orders-0 ok
10.007s billing-0 sends a commit of 5 for orders-0 (position 5, generation 3)
10.007s   -> broker 1: OffsetCommit billing as billing-0#1 generation 3: orders-0@5
10.007s   <- broker 1: OffsetCommit answered: orders-0 ok
10.007s billing-0 is told that 5 of orders-0 is committed
10.008s billing-0 is told that 5 of orders-0 is committed
10.008s billing-0 is assigned orders-1 (generation 3)
10.008s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 3, owns orders-0, orders-1
10.008s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 3: orders-1
10.008s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 3
10.008s   <- broker 1: OffsetFetch answered: orders-1@3
10.009s billing-0 begins orders-1 at the committed offset 3
10.009s   -> broker 2: OffsetForLeaderEpoch orders-1 end of epoch 0, leader epoch 0
10.009s   <- broker 2: OffsetForLeaderEpoch answered: orders-1 epoch 0 ends at 5
10.011s billing-0 gets orders-1@3..4 from poll(), high watermark 5
10.013s billing-0 processes orders-1@3..4
