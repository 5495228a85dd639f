# A connection that breaks takes the share session and the locks along; acknowledgements fail, as share.acknowledge.session says: here of Kafka 4.1.
# Kafka: ShareConsumeRequestManager.maybeAddAcknowledgements, ShareSessionHandler.newShareAcknowledgeBuilder (clients)

given kafka=4.1 share.acknowledgement.mode=explicit per.record=400ms
until 50ms
skip
produce 0 1
produce 1 1
until 100ms
cut 1
until 3s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0 x1
0.050s   <- broker 2: ShareFetch answered: orders-1 0 x1
0.051s billing-0 gets orders-0@0 from poll(), delivery 1
0.113s   -> broker 2: FindCoordinator billing
0.113s   <- broker 2: FindCoordinator answered: broker 1
0.451s billing-0 processes orders-0@0
0.451s billing-0 sends ACCEPT of orders-0@0
0.451s billing-0 gets orders-1@0 from poll(), delivery 1
0.452s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0
0.452s   <- broker 1: ShareAcknowledge answered: SHARE_SESSION_NOT_FOUND -
0.851s billing-0 processes orders-1@0
0.851s billing-0 its acknowledgement of orders-0@0 fails: ShareSessionNotFoundException
0.851s billing-0 sends ACCEPT of orders-1@0
0.851s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 (opens the session)
0.851s   -> broker 2: ShareFetch billing as billing-0#1: orders-1 ACCEPT 0
0.851s   <- broker 1: ShareFetch answered: orders-0 0 x2
0.852s billing-0 gets orders-0@0 from poll(), delivery 2
1.252s billing-0 processes orders-0@0
1.252s billing-0 sends ACCEPT of orders-0@0
1.252s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 ACCEPT 0
1.351s   <- broker 2: ShareFetch answered: orders-1
1.352s billing-0 is told that orders-1@0 is acknowledged
1.752s   <- broker 1: ShareFetch answered: orders-0
1.852s billing-0 is told that orders-0@0 is acknowledged
