# commitAsync() does not block, and the loop ends before another poll(): the wakeup() is thrown by the commitSync() of the `finally`.
# Kafka: ConsumerCoordinator.commitOffsetsAsync, client.pollNoWakeup(); ConsumerNetworkClient.maybeTriggerWakeup (clients)

given commit=async per.record=1s stop=wakeup
until 1s
produce 0 2
until 1.5s
skip
shutdown
until 5s
----
2.001s billing-0 processes orders-0@0
3.001s billing-0 processes orders-0@1
3.001s billing-0 sends a commit of 2 for orders-0 (position 2, generation 1)
3.001s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
3.001s billing-0 sends a commit of 2 for orders-0 (position 2, generation 1)
3.001s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
3.001s billing-0 its commit throws WakeupException
3.001s billing-0 gives up orders-0 (generation 1)
3.001s billing-0 gives up orders-1 (generation 1)
3.001s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@2, orders-1@0
3.001s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@2, orders-1@0
3.001s   -> broker 1: LeaveGroup billing as billing-0#1: closed
3.001s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
3.001s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
3.001s   <- broker 1: LeaveGroup answered: ok
3.002s billing-0 is told that 2 of orders-0 is committed
3.002s billing-0 is told that 0 of orders-1 is committed
3.002s CommitReturned node=billing-0 call=1 error=null
3.002s billing-0 is told that 2 of orders-0 is committed
3.002s billing-0 is told that 0 of orders-1 is committed
3.002s exits
