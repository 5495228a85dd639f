# A record that cannot be processed and is released comes again, until it was delivered five times; what comes behind it does not wait.
# Kafka: KafkaShareConsumer (clients); group.share.delivery.count.limit

given share.acknowledgement.mode=explicit poison=release
until 50ms
skip
produce 0 3 poison=1
until 1.5s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-2 x1
0.051s billing-0 gets orders-0@0..2 from poll(), delivery 1
0.052s billing-0 processes orders-0@0
0.053s billing-0 cannot process orders-0@1
0.054s billing-0 processes orders-0@2
0.054s billing-0 sends ACCEPT of orders-0@0
0.054s billing-0 sends RELEASE of orders-0@1
0.054s billing-0 sends ACCEPT of orders-0@2
0.054s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 0-2 ACCEPT/RELEASE/ACCEPT
0.054s   <- broker 1: ShareFetch answered: orders-0 1 x2
0.055s billing-0 is told that orders-0@0..2 is acknowledged
0.055s billing-0 gets orders-0@1 from poll(), delivery 2
0.056s billing-0 cannot process orders-0@1
0.056s billing-0 sends RELEASE of orders-0@1
0.056s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 RELEASE 1
0.056s   <- broker 1: ShareFetch answered: orders-0 1 x3
0.057s billing-0 is told that orders-0@1 is acknowledged
0.057s billing-0 gets orders-0@1 from poll(), delivery 3
0.058s billing-0 cannot process orders-0@1
0.058s billing-0 sends RELEASE of orders-0@1
0.058s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 RELEASE 1
0.058s   <- broker 1: ShareFetch answered: orders-0 1 x4
0.059s billing-0 is told that orders-0@1 is acknowledged
0.059s billing-0 gets orders-0@1 from poll(), delivery 4
0.060s billing-0 cannot process orders-0@1
0.060s billing-0 sends RELEASE of orders-0@1
0.060s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 RELEASE 1
0.060s   <- broker 1: ShareFetch answered: orders-0 1 x5
0.061s billing-0 is told that orders-0@1 is acknowledged
0.061s billing-0 gets orders-0@1 from poll(), delivery 5
0.062s billing-0 cannot process orders-0@1
0.062s billing-0 sends RELEASE of orders-0@1
0.062s   -> broker 1: ShareFetch billing as billing-0#1: orders-0 RELEASE 1
0.504s   <- broker 2: ShareFetch answered:
0.562s   <- broker 1: ShareFetch answered: orders-0
0.662s billing-0 is told that orders-0@1 is acknowledged
