# The epoch has moved on while commitSync() was on its way: it throws, and the member goes on.
# Kafka: CommitRequestManager.commitSyncExceptionForError (clients); KIP-848

given group.protocol=consumer commit=sync
until 500ms
skip
refused OffsetCommit STALE_MEMBER_EPOCH
produce 0 3
until 600ms
produce 0 3
until 1s
----
0.501s billing-0 gets orders-0@0..2 from poll(), high watermark 3
0.504s billing-0 processes orders-0@0..2
0.504s billing-0 sends a commit of 3 for orders-0 (position 3, generation 1)
0.504s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
0.504s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@3, orders-1@0
0.504s   <- broker 1: OffsetCommit answered: orders-0 STALE_MEMBER_EPOCH, orders-1 STALE_MEMBER_EPOCH
0.505s billing-0 its commit of 3 for orders-0 fails: STALE_MEMBER_EPOCH
0.505s billing-0 its commit of 0 for orders-1 fails: STALE_MEMBER_EPOCH
0.505s billing-0 its commit throws CommitFailedException
0.601s billing-0 gets orders-0@3..5 from poll(), high watermark 6
0.604s billing-0 processes orders-0@3..5
0.604s billing-0 sends a commit of 6 for orders-0 (position 6, generation 1)
0.604s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
0.604s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@6, orders-1@0
0.604s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
0.605s billing-0 is told that 6 of orders-0 is committed
0.605s billing-0 is told that 0 of orders-1 is committed
0.605s CommitReturned node=billing-0 call=2 error=null
