# A commit in the background that is answered FENCED_INSTANCE_ID makes every poll() throw from then on, for good.
# Kafka: ConsumerCoordinator.invokeCompletedOffsetCommitCallbacks, asyncCommitFenced (clients)

given instance=billing-a
hide processes
until 4s
skip
refused OffsetCommit FENCED_INSTANCE_ID
until 7.5s
----
5.005s billing-0 sends a commit of 0 for orders-0 (position 0, generation 1)
5.005s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
5.005s   -> broker 1: OffsetCommit billing as billing-0#1 of instance billing-a generation 1: orders-0@0, orders-1@0
5.005s   <- broker 1: OffsetCommit answered: orders-0 FENCED_INSTANCE_ID, orders-1 FENCED_INSTANCE_ID
5.006s billing-0 its commit of 0 for orders-0 fails: FENCED_INSTANCE_ID
5.006s billing-0 its commit of 0 for orders-1 fails: FENCED_INSTANCE_ID
5.006s billing-0 its commit throws FencedInstanceIdException
5.006s billing-0 poll() throws FencedInstanceIdException
6.006s billing-0 poll() throws FencedInstanceIdException
7.006s billing-0 poll() throws FencedInstanceIdException
