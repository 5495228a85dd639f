# An error that may pass is tried again after a pause, and commitSync() waits for that.
# Kafka: ShareConsumeRequestManager.handlePartitionError, processRetryLogic (clients)

given share.acknowledgement.mode=explicit commit=sync
until 50ms
skip
refused ShareAcknowledge COORDINATOR_NOT_AVAILABLE 0
produce 0 2
until 1s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-1 x1
0.051s billing-0 gets orders-0@0..1 from poll(), delivery 1
0.053s billing-0 processes orders-0@0..1
0.053s billing-0 sends ACCEPT of orders-0@0..1
0.053s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0-1
0.053s   <- broker 1: ShareAcknowledge answered: orders-0 COORDINATOR_NOT_AVAILABLE
0.134s billing-0 sends ACCEPT of orders-0@0..1
0.134s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0-1
0.134s   <- broker 1: ShareAcknowledge answered: orders-0
0.135s billing-0 is told that orders-0@0..1 is acknowledged
0.504s   <- broker 2: ShareFetch answered:
