# Both leaders are asked at once: what the second gives waits for the next poll(), with its locks running, and what the first gave is acknowledged by itself.
# Kafka: ShareConsumeRequestManager.poll, ShareConsumerImpl.collect (clients)

given per.record=200ms
until 50ms
skip
produce 0 2
produce 1 2
until 300ms
describe
until 1.5s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0-1 x1
0.050s   <- broker 2: ShareFetch answered: orders-1 0-1 x1
0.051s billing-0 gets orders-0@0..1 from poll(), delivery 1
0.251s billing-0 processes orders-0@0
0.300s # STABLE at epoch 1, from [0, 1], holds 2 and 2 more until 30.051s
0.451s billing-0 processes orders-0@1
0.451s billing-0 sends ACCEPT of orders-0@0..1
0.451s billing-0 gets orders-1@0..1 from poll(), delivery 1
0.451s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0-1
0.451s   <- broker 1: ShareAcknowledge answered: orders-0
0.651s billing-0 processes orders-1@0
0.851s billing-0 processes orders-1@1
0.851s billing-0 is told that orders-0@0..1 is acknowledged
0.851s billing-0 sends ACCEPT of orders-1@0..1
0.851s   -> broker 2: ShareFetch billing as billing-0#1: orders-1 ACCEPT 0-1
1.351s   <- broker 2: ShareFetch answered: orders-1
1.451s billing-0 is told that orders-1@0..1 is acknowledged
