# close() acknowledges what was acknowledged, closes the share sessions and leaves; under implicit acknowledgement what the last poll() returned is free again.
# Kafka: ShareConsumerImpl.close, ShareConsumeRequestManager.acknowledgeOnClose (clients)

given per.record=50ms
until 50ms
skip
produce 0 1
until 80ms
shutdown
until 1s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0 x1
0.051s billing-0 gets orders-0@0 from poll(), delivery 1
0.101s billing-0 processes orders-0@0
0.101s   -> broker 1: ShareAcknowledge billing as billing-0#1: - (closes the session)
0.101s   <- broker 1: ShareAcknowledge answered: -
0.504s   <- broker 2: ShareFetch answered:
0.505s   -> broker 2: ShareAcknowledge billing as billing-0#1: - (closes the session)
0.505s   <- broker 2: ShareAcknowledge answered: -
0.506s billing-0 gives up orders-0 (generation 1)
0.506s billing-0 gives up orders-1 (generation 1)
0.506s   -> broker 1: ShareGroupHeartbeat billing as billing-0#1 at epoch -1
0.506s   <- broker 1: ShareGroupHeartbeat answered: billing-0#1 at epoch -1
0.507s exits
