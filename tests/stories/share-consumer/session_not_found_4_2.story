# A ShareFetch that is refused as a whole: the acknowledgements that went with it fail since 4.2, and a new session begins.
# Kafka: ShareConsumeRequestManager.handleShareFetchSuccess (clients); KAFKA-19485

given kafka=4.2 share.acknowledgement.mode=explicit per.record=100ms
may 0 epoch=1
until 50ms
skip
produce 0 1
until 100ms
refused ShareFetch SHARE_SESSION_NOT_FOUND
until 1.5s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0 x1
0.051s billing-0 gets orders-0@0 from poll(), delivery 1
0.151s billing-0 processes orders-0@0
0.151s billing-0 sends ACCEPT of orders-0@0
0.151s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 ACCEPT 0
0.151s   <- broker 1: ShareFetch answered: SHARE_SESSION_NOT_FOUND
0.152s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 (opens the session)
0.251s billing-0 its acknowledgement of orders-0@0 fails: ShareSessionNotFoundException
0.652s   <- broker 1: ShareFetch answered:
