# kafkajs: one record that takes longer than session.timeout.ms. The coordinator has removed the member; it learns that from the heartbeat after the record.
# kafkajs: src/consumer/consumerGroup.js (heartbeat)

given client=kafkajs-2.2 commit=sync per.record=31s
produce 0 1
until 30s
skip
refused Heartbeat UNKNOWN_MEMBER_ID
generation 3
until 32s
----
31.010s billing-0 processes orders-0@0
31.010s billing-0 sends a commit of 1 for orders-0 (position 1, generation 1)
31.010s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
31.010s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@1, orders-1@0
31.010s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
31.011s billing-0 is told that 1 of orders-0 is committed
31.011s billing-0 is told that 0 of orders-1 is committed
31.011s CommitReturned node=billing-0 call=1 error=null
31.011s billing-0 loses orders-0 (generation 1)
31.011s billing-0 loses orders-1 (generation 1)
31.011s   -> broker 1: JoinGroup billing as nobody: roundrobin orders (session 30.000s, rebalance 60.000s)
31.011s   <- broker 1: JoinGroup answered: MEMBER_ID_REQUIRED as billing-0#2
31.012s   -> broker 1: JoinGroup billing as billing-0#2: roundrobin orders (session 30.000s, rebalance 60.000s)
31.012s   <- broker 1: JoinGroup answered: billing-0#2 in generation 3 by roundrobin, led by billing-0#2 with billing-0#2 (orders)
31.013s   -> broker 1: SyncGroup billing as billing-0#2 generation 3: billing-0#2 gets orders-0, orders-1
31.013s   <- broker 1: SyncGroup answered: orders-0, orders-1
31.014s billing-0 is assigned orders-0 (generation 3)
31.014s billing-0 is assigned orders-1 (generation 3)
31.014s   -> broker 1: OffsetFetch billing: orders-0, orders-1
31.014s   <- broker 1: OffsetFetch answered: orders-0@1, orders-1@0
31.015s billing-0 begins orders-0 at the committed offset 1
31.015s billing-0 begins orders-1 at the committed offset 0
31.015s   -> broker 1: OffsetForLeaderEpoch orders-0 end of epoch 0, leader epoch 0
31.015s   <- broker 1: OffsetForLeaderEpoch answered: orders-0 epoch 0 ends at 1
