# Control records and holes are acknowledged as gaps by the client itself; alone, as share.gaps says: here of Kafka 4.0.
# Kafka: ShareCompletedFetch.fetchRecords, ShareConsumerImpl.collect (clients)

given kafka=4.0 share.acknowledgement.mode=explicit
until 50ms
skip
compacted 0 5 1 2
until 300ms
marker 0
until 1.5s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-4 x1
0.051s billing-0 gets orders-0@1..2 from poll(), delivery 1
0.053s billing-0 processes orders-0@1..2
0.053s billing-0 sends GAP of orders-0@0
0.053s billing-0 sends ACCEPT of orders-0@1..2
0.053s billing-0 sends GAP of orders-0@3..4
0.053s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 0-4 GAP/ACCEPT/ACCEPT/GAP/GAP
0.300s   <- broker 1: ShareFetch answered: orders-0 5 x1
0.353s billing-0 is told that orders-0@0..4 is acknowledged
0.504s   <- broker 2: ShareFetch answered:
