# The epoch has moved on while the commit before a reconciliation was on its way: it is made again with the newer one, of what is consumed by then.
# Kafka: CommitRequestManager.autoCommitSyncBeforeRebalanceWithRetries (clients); KIP-848

given group.protocol=consumer auto.commit.interval.ms=60000
until 1s
produce 0 3
until 4s
skip
refused OffsetCommit STALE_MEMBER_EPOCH
may 0 epoch=2
until 6s
----
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
5.005s billing-0 sends a commit of 3 for orders-0 (position 3, generation 2)
5.005s billing-0 sends a commit of 0 for orders-1 (position 0, generation 2)
5.005s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@3, orders-1@0
5.005s   <- broker 1: OffsetCommit answered: orders-0 STALE_MEMBER_EPOCH, orders-1 STALE_MEMBER_EPOCH
5.006s billing-0 its commit of 3 for orders-0 fails: STALE_MEMBER_EPOCH
5.006s billing-0 its commit of 0 for orders-1 fails: STALE_MEMBER_EPOCH
5.121s billing-0 sends a commit of 3 for orders-0 (position 3, generation 2)
5.121s billing-0 sends a commit of 0 for orders-1 (position 0, generation 2)
5.121s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@3, orders-1@0
5.121s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
5.122s billing-0 is told that 3 of orders-0 is committed
5.122s billing-0 is told that 0 of orders-1 is committed
5.122s billing-0 gives up orders-1 (generation 1)
5.122s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0
5.122s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
