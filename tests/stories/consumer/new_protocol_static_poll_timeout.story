# A static member that does not poll leaves for a while, with epoch -2: the coordinator keeps its partitions for it until its session expires.
# Kafka: ConsumerMembershipManager.leaveGroupEpoch (clients); KIP-848

given group.protocol=consumer commit=sync instance=billing-a per.record=1s max.poll.interval.ms=4000 max.poll.records=5
until 500ms
produce 0 5
skip
until 6s
----
0.501s billing-0 gets orders-0@0..4 from poll(), high watermark 5
1.501s billing-0 processes orders-0@0
2.501s billing-0 processes orders-0@1
3.501s billing-0 processes orders-0@2
4.501s billing-0 processes orders-0@3
4.501s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 of instance billing-a at epoch -2, owns -
4.501s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch -2
5.501s billing-0 processes orders-0@4
5.501s billing-0 sends a commit of 5 for orders-0 (position 5, generation -1)
5.501s billing-0 sends a commit of 0 for orders-1 (position 0, generation -1)
5.501s   -> broker 1: OffsetCommit billing as billing-0#1 of instance billing-a generation -1: orders-0@5, orders-1@0
5.501s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
5.502s billing-0 is told that 5 of orders-0 is committed
5.502s billing-0 is told that 0 of orders-1 is committed
5.502s CommitReturned node=billing-0 call=1 error=null
5.502s billing-0 loses orders-0 (generation 1)
5.502s billing-0 loses orders-1 (generation 1)
5.502s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 of instance billing-a at epoch 0, subscribed to orders, owns - (rebalance 4.000s)
5.502s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1, may have orders-0, orders-1
5.503s billing-0 is assigned orders-0 (generation 1)
5.503s billing-0 is assigned orders-1 (generation 1)
5.503s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 of instance billing-a at epoch 1, owns orders-0, orders-1
5.503s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 1: orders-0, orders-1
5.503s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1
5.503s   <- broker 1: OffsetFetch answered: orders-0@5, orders-1@0
5.504s billing-0 begins orders-0 at the committed offset 5
5.504s billing-0 begins orders-1 at the committed offset 0
5.504s   -> broker 1: OffsetForLeaderEpoch orders-0 end of epoch 0, leader epoch 0
5.504s   <- broker 1: OffsetForLeaderEpoch answered: orders-0 epoch 0 ends at 5
