# What was fetched from a partition that is the member's no longer is acknowledged all the same.
# Kafka: ShareConsumeRequestManager.commitSync, poll (clients)

given share.acknowledgement.mode=explicit commit=sync per.record=6s
until 50ms
skip
produce 0 1
produce 1 1
until 1s
may 1 epoch=2
until 20s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0 x1
0.050s   <- broker 2: ShareFetch answered: orders-1 0 x1
0.051s billing-0 gets orders-0@0 from poll(), delivery 1
5.004s   <- broker 1: ShareGroupHeartbeat answered: billing-0#1 at epoch 2, fetches from orders-1
5.005s billing-0 gives up orders-0 (generation 1)
6.051s billing-0 processes orders-0@0
6.051s billing-0 sends ACCEPT of orders-0@0
6.051s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0
6.051s   <- broker 1: ShareAcknowledge answered: orders-0
6.052s billing-0 is told that orders-0@0 is acknowledged
6.052s billing-0 gets orders-1@0 from poll(), delivery 1
12.052s billing-0 processes orders-1@0
12.052s billing-0 sends ACCEPT of orders-1@0
12.052s   -> broker 2: ShareAcknowledge billing as billing-0#1: orders-1 ACCEPT 0
12.052s   <- broker 2: ShareAcknowledge answered: orders-1
12.053s billing-0 is told that orders-1@0 is acknowledged
