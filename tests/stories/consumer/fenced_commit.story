# commitSync() of a fenced instance throws. That changes nothing about its membership, as it sees it: the next heartbeat will.
# Kafka: OffsetCommitResponseHandler (clients)

given instance=billing-a commit=sync
hide processes
until 2s
skip
refused OffsetCommit FENCED_INSTANCE_ID
produce 0 1
until 3.2s
----
2.001s billing-0 gets orders-0@0 from poll(), high watermark 1
2.002s billing-0 sends a commit of 1 for orders-0 (position 1, generation 1)
2.002s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
2.002s   -> broker 1: OffsetCommit billing as billing-0#1 of instance billing-a generation 1: orders-0@1, orders-1@0
2.002s   <- broker 1: OffsetCommit answered: orders-0 FENCED_INSTANCE_ID, orders-1 FENCED_INSTANCE_ID
2.003s billing-0 its commit of 1 for orders-0 fails: FENCED_INSTANCE_ID
2.003s billing-0 its commit of 0 for orders-1 fails: FENCED_INSTANCE_ID
2.003s billing-0 its commit throws FencedInstanceIdException
