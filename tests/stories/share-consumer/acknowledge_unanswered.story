# A ShareAcknowledge whose connection breaks is not sent again: nobody knows whether it was heard, and the session is gone.
# Kafka: ShareConsumeRequestManager.handleShareAcknowledgeFailure (clients)

given share.acknowledgement.mode=explicit commit=sync
until 50ms
skip
hang ShareAcknowledge
produce 0 2
until 1s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-1 x1
0.051s billing-0 gets orders-0@0..1 from poll(), delivery 1
0.053s billing-0 processes orders-0@0..1
0.053s billing-0 sends ACCEPT of orders-0@0..1
0.053s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0-1
0.054s billing-0 its acknowledgement of orders-0@0..1 fails: UnknownServerException
0.095s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 (opens the session)
0.095s   <- broker 1: ShareFetch answered: orders-0 0-1 x2
0.096s billing-0 gets orders-0@0..1 from poll(), delivery 2
0.098s billing-0 processes orders-0@0..1
0.098s billing-0 sends ACCEPT of orders-0@0..1
0.098s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0-1
0.098s   <- broker 1: ShareAcknowledge answered: orders-0
0.099s billing-0 is told that orders-0@0..1 is acknowledged
0.504s   <- broker 2: ShareFetch answered:
