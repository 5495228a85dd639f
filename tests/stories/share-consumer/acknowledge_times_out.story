# A ShareAcknowledge without an answer: after request.timeout.ms its connection is given up, and meanwhile nothing is fetched from anybody.
# Kafka: ShareConsumeRequestManager.processAcknowledgements (clients)

given share.acknowledgement.mode=explicit commit=async request.timeout.ms=2000
until 50ms
skip
silent ShareAcknowledge
produce 0 1
until 1s
produce 1 1
until 4s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0 x1
0.051s billing-0 gets orders-0@0 from poll(), delivery 1
0.052s billing-0 processes orders-0@0
0.052s billing-0 sends ACCEPT of orders-0@0
0.052s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0
0.504s   <- broker 2: ShareFetch answered:
2.052s billing-0 its acknowledgement of orders-0@0 fails: UnknownServerException
2.052s   <- broker 2: ShareFetch answered: orders-1 0 x1
2.053s billing-0 gets orders-1@0 from poll(), delivery 1
2.054s billing-0 processes orders-1@0
2.054s billing-0 sends ACCEPT of orders-1@0
2.054s   -> broker 2: ShareAcknowledge billing as billing-0#1: orders-1 ACCEPT 0
2.054s   <- broker 2: ShareAcknowledge answered: orders-1
2.093s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 (opens the session)
2.154s billing-0 is told that orders-1@0 is acknowledged
2.593s   <- broker 1: ShareFetch answered:
