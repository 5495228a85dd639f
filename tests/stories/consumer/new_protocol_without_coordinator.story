# Nobody coordinates the group for a while. poll() does not wait for that: what is produced is read; commits wait, and are made once there is a coordinator.
# Kafka: AsyncKafkaConsumer.poll, CoordinatorRequestManager (clients)

given group.protocol=consumer commit=async
until 1s
skip
refused ConsumerGroupHeartbeat NOT_COORDINATOR
refused FindCoordinator COORDINATOR_NOT_AVAILABLE
refused FindCoordinator COORDINATOR_NOT_AVAILABLE
refused FindCoordinator COORDINATOR_NOT_AVAILABLE
until 5.05s
produce 0 3
until 7s
----
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: NOT_COORDINATOR
5.005s   -> broker 2: FindCoordinator billing
5.016s   <- broker 2: FindCoordinator answered: COORDINATOR_NOT_AVAILABLE
5.051s billing-0 gets orders-0@0..2 from poll(), high watermark 3
5.054s billing-0 processes orders-0@0..2
5.133s   -> broker 2: FindCoordinator billing
5.517s   <- broker 2: FindCoordinator answered: COORDINATOR_NOT_AVAILABLE
5.756s   -> broker 1: FindCoordinator billing
6.052s   <- broker 1: FindCoordinator answered: COORDINATOR_NOT_AVAILABLE
6.460s   -> broker 1: FindCoordinator billing
6.553s   <- broker 1: FindCoordinator answered: broker 1
6.554s billing-0 sends a commit of 3 for orders-0 (position 3, generation 1)
6.554s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
6.554s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@3, orders-1@0
6.554s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 1, subscribed to orders, owns orders-0, orders-1 (rebalance 300.000s)
6.554s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
6.554s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 1, may have orders-0, orders-1
6.555s billing-0 is told that 3 of orders-0 is committed
6.555s billing-0 is told that 0 of orders-1 is committed
6.555s CommitReturned node=billing-0 call=1 error=null
