# The same with the new protocol: its heartbeats go on until max.poll.interval.ms is over; then it leaves.
# Kafka: AbstractHeartbeatRequestManager.poll (clients, KIP-848)

given group.protocol=consumer commit=sync listener=8s max.poll.interval.ms=5000
until 2s
skip
may 0 epoch=2
until 20s
----
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have orders-0
10.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch -1, owns -
10.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch -1
13.005s billing-0 gives up orders-1 (generation 1)
