# The coordinator hears of another subscription with the next heartbeat, which does not come sooner for that. Until then the member has what it had, and leaves alone what it does not subscribe to any more.
# Kafka: ConsumerHeartbeatRequestManager.HeartbeatState.buildRequestData, SubscriptionState.isFetchableAndSubscribed (clients; KIP-848, KAFKA-19356)

given group.protocol=consumer commit=sync steps=2.5s:subscribe:invoices
until 2.6s
skip
produce 0 2
produce 2 2
may 2 epoch=2
until 9s
----
5.004s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 1, subscribed to invoices
5.004s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2, may have invoices-0
5.005s billing-0 gives up orders-0 (generation 1)
5.005s billing-0 gives up orders-1 (generation 1)
5.005s billing-0 is assigned invoices-0 (generation 2)
5.005s   -> broker 1: ConsumerGroupHeartbeat billing as billing-0#1 at epoch 2, owns invoices-0
5.005s   -> broker 1: OffsetFetch billing as billing-0#1 at epoch 2: invoices-0
5.005s   <- broker 1: ConsumerGroupHeartbeat answered: billing-0#1 at epoch 2
5.005s   <- broker 1: OffsetFetch answered: invoices-0 none
5.006s   -> broker 1: ListOffsets invoices-0 earliest epoch 0
5.006s   <- broker 1: ListOffsets answered: invoices-0@0
5.007s billing-0 begins invoices-0 at 0: nothing committed, reset by policy [Earliest]
5.008s billing-0 gets invoices-0@0..1 from poll(), high watermark 2
5.010s billing-0 processes invoices-0@0..1
5.010s billing-0 sends a commit of 2 for invoices-0 (position 2, generation 2)
5.010s   -> broker 1: OffsetCommit billing as billing-0#1 generation 2: invoices-0@2
5.010s   <- broker 1: OffsetCommit answered: invoices-0 ok
5.011s billing-0 is told that 2 of invoices-0 is committed
5.011s CommitReturned node=billing-0 call=1 error=null
