# Who renews its locks breaks work off for that, and gets the same records from the next poll(): nothing is fetched with a renewal.
# Kafka: ShareInFlightBatch.renew, ShareConsumerImpl.collect (clients); KIP-1222

given share.acknowledgement.mode=explicit per.record=25s renew=20s
until 50ms
skip
hide Heartbeat
produce 0 2
until 60s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-1 x1
0.051s billing-0 gets orders-0@0..1 from poll(), delivery 1
0.504s   <- broker 2: ShareFetch answered:
20.051s billing-0 sends RENEW of orders-0@0..1
20.051s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 RENEW 0-1
20.051s   <- broker 1: ShareAcknowledge answered: orders-0
20.052s billing-0 is told that orders-0@0..1 is acknowledged
20.052s billing-0 gets orders-0@0..1 from poll(), delivery 1
25.052s billing-0 processes orders-0@0
40.052s billing-0 sends ACCEPT of orders-0@0
40.052s billing-0 sends RENEW of orders-0@1
40.052s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 0-1 ACCEPT/RENEW
40.052s   <- broker 1: ShareAcknowledge answered: orders-0
40.053s billing-0 is told that orders-0@0..1 is acknowledged
40.053s billing-0 gets orders-0@1 from poll(), delivery 1
50.053s billing-0 processes orders-0@1
50.053s billing-0 sends ACCEPT of orders-0@1
50.053s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 ACCEPT 1
50.553s   <- broker 1: ShareFetch answered: orders-0
50.653s billing-0 is told that orders-0@1 is acknowledged
