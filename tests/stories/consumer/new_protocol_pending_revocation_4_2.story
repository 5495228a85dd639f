# Until 4.2 a member that does not commit by itself stops handing out what it is to give up as it hears of it, and since 4.3 when it polls; a listener is called in poll() in either case.
# Kafka: AbstractMembershipManager.maybeReconcile (clients, 4.2); KAFKA-20332

given group.protocol=consumer commit=sync per.record=3s kafka=4.2
until 500ms
produce 1 4
until 1s
skip
may 0 epoch=2
until 14s
----
3.501s billing-0 processes orders-1@0
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
6.501s billing-0 processes orders-1@1
9.501s billing-0 processes orders-1@2
12.501s billing-0 processes orders-1@3
12.501s billing-0 sends a commit of 0 for orders-0 (position 0, generation 2)
12.501s billing-0 sends a commit of 4 for orders-1 (position 4, generation 2)
12.501s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: orders-0@0, orders-1@4
12.501s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
12.502s billing-0 is told that 0 of orders-0 is committed
12.502s billing-0 is told that 4 of orders-1 is committed
12.502s CommitReturned node=billing-0 call=1 error=null
12.502s billing-0 gives up orders-1 (generation 1)
12.502s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns orders-0
12.502s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
