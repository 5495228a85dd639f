# close() commits, gives the partitions up, and leaves the group.
# Kafka: ConsumerCoordinator.close, AbstractCoordinator.maybeLeaveGroup (clients)

given
produce 0 10
until 500ms
skip
shutdown
until 1s
----
0.500s billing-0 sends a commit of 10 for orders-0 (position 10, generation 1)
0.500s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
0.500s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@10, orders-1@0
0.500s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
0.501s billing-0 is told that 10 of orders-0 is committed
0.501s billing-0 is told that 0 of orders-1 is committed
0.501s billing-0 gives up orders-0 (generation 1)
0.501s billing-0 gives up orders-1 (generation 1)
0.501s   -> broker 1: LeaveGroup billing as billing-0#1: closed
0.501s   <- broker 1: LeaveGroup answered: ok
0.502s exits
