# commitAsync() goes beside the next poll(), which fetches only as it is answered; the callback is called by a later poll().
# Kafka: ShareConsumeRequestManager.processAcknowledgements (clients)

given commit=async
until 50ms
skip
produce 0 2
until 300ms
produce 0 1
until 1s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-1 x1
0.051s billing-0 gets orders-0@0..1 from poll(), delivery 1
0.053s billing-0 processes orders-0@0..1
0.053s billing-0 sends ACCEPT of orders-0@0..1
0.053s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0-1
0.053s   <- broker 1: ShareAcknowledge answered: orders-0
0.153s billing-0 is told that orders-0@0..1 is acknowledged
0.300s   <- broker 1: ShareFetch answered: orders-0 2 x1
0.301s billing-0 gets orders-0@2 from poll(), delivery 1
0.302s billing-0 processes orders-0@2
0.302s billing-0 sends ACCEPT of orders-0@2
0.302s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 2
0.302s   <- broker 1: ShareAcknowledge answered: orders-0
0.402s billing-0 is told that orders-0@2 is acknowledged
0.504s   <- broker 2: ShareFetch answered:
