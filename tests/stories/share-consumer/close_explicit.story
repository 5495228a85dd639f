# close() with explicit acknowledgement: what was said goes with the last request of the session.
# Kafka: ShareConsumerImpl.close, ShareConsumeRequestManager.acknowledgeOnClose (clients)

given share.acknowledgement.mode=explicit per.record=50ms
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
0.101s billing-0 sends ACCEPT of orders-0@0
0.101s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0 (closes the session)
0.101s   <- broker 1: ShareAcknowledge answered: orders-0
0.504s   <- broker 2: ShareFetch answered:
0.505s   -> broker 2: ShareAcknowledge billing as billing-0#1: - (closes the session)
0.505s   <- broker 2: ShareAcknowledge answered: -
0.506s billing-0 gives up orders-0 (generation 1)
0.506s billing-0 gives up orders-1 (generation 1)
0.506s   -> broker 1: ShareGroupHeartbeat billing as billing-0#1 at epoch -1
0.506s   <- broker 1: ShareGroupHeartbeat answered: billing-0#1 at epoch -1
0.507s billing-0 is told that orders-0@0 is acknowledged
0.507s exits
