# With explicit acknowledgement and commitSync() each record is acknowledged with a ShareAcknowledge, before the next poll().
# Kafka: ShareConsumerImpl.commitSync, ShareConsumeRequestManager.commitSync (clients)

given share.acknowledgement.mode=explicit commit=sync per.record=20ms
until 50ms
skip
produce 0 3
until 1s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-2 x1
0.051s billing-0 gets orders-0@0..2 from poll(), delivery 1
0.071s billing-0 processes orders-0@0
0.091s billing-0 processes orders-0@1
0.111s billing-0 processes orders-0@2
0.111s billing-0 sends ACCEPT of orders-0@0..2
0.111s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0-2
0.111s   <- broker 1: ShareAcknowledge answered: orders-0
0.112s billing-0 is told that orders-0@0..2 is acknowledged
0.504s   <- broker 2: ShareFetch answered:
