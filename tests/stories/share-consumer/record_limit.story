# Under share.acquire.mode=record_limit one leader at a time is asked for records, in turn.
# Kafka: ShareConsumeRequestManager.poll, ShareSessionHandler.newShareFetchBuilder (clients); KIP-1206

given share.acquire.mode=record_limit max.poll.records=2
until 50ms
skip
produce 0 3
produce 1 3
until 1.5s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-1 x1
0.051s billing-0 gets orders-0@0..1 from poll(), delivery 1
0.053s billing-0 processes orders-0@0..1
0.053s billing-0 sends ACCEPT of orders-0@0..1
0.053s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 ACCEPT 0-1
0.053s   <- broker 2: ShareFetch answered: orders-1 0-1 x1
0.053s   <- broker 1: ShareFetch answered: orders-0
0.054s billing-0 gets orders-1@0..1 from poll(), delivery 1
0.056s billing-0 processes orders-1@0..1
0.056s billing-0 is told that orders-0@0..1 is acknowledged
0.056s billing-0 sends ACCEPT of orders-1@0..1
0.056s   -> broker 2: ShareFetch billing as billing-0#1: orders-1 ACCEPT 0-1
0.056s   <- broker 2: ShareFetch answered: orders-1
0.056s   <- broker 1: ShareFetch answered: orders-0 2 x1
0.057s billing-0 is told that orders-1@0..1 is acknowledged
0.057s billing-0 gets orders-0@2 from poll(), delivery 1
0.058s billing-0 processes orders-0@2
0.058s billing-0 sends ACCEPT of orders-0@2
0.058s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 ACCEPT 2
0.058s   <- broker 2: ShareFetch answered: orders-1 2 x1
0.058s   <- broker 1: ShareFetch answered: orders-0
0.059s billing-0 gets orders-1@2 from poll(), delivery 1
0.060s billing-0 processes orders-1@2
0.060s billing-0 is told that orders-0@2 is acknowledged
0.060s billing-0 sends ACCEPT of orders-1@2
0.060s   -> broker 2: ShareFetch billing as billing-0#1: orders-1 ACCEPT 2
0.060s   <- broker 2: ShareFetch answered: orders-1
0.160s billing-0 is told that orders-1@2 is acknowledged
