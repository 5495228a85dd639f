# A record that is rejected never comes again.
# Kafka: AcknowledgeType.REJECT (clients)

given share.acknowledgement.mode=explicit poison=reject
until 50ms
skip
produce 0 3 poison=1
until 1s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-2 x1
0.051s billing-0 gets orders-0@0..2 from poll(), delivery 1
0.052s billing-0 processes orders-0@0
0.053s billing-0 cannot process orders-0@1, goes on without
0.054s billing-0 processes orders-0@2
0.054s billing-0 sends ACCEPT of orders-0@0
0.054s billing-0 sends REJECT of orders-0@1
0.054s billing-0 sends ACCEPT of orders-0@2
0.054s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 0-2 ACCEPT/REJECT/ACCEPT
0.504s   <- broker 2: ShareFetch answered:
0.554s   <- broker 1: ShareFetch answered: orders-0
0.654s billing-0 is told that orders-0@0..2 is acknowledged
