# A record that was delivered group.share.delivery.count.limit times does not become available again, be it released or its lock run out.
# Kafka: InFlightState.tryUpdateState (server)

given version=4.1 group.share.delivery.count.limit=2 share.auto.offset.reset=earliest
append 2 2
fetch m1
acknowledge m1 0-1=RELEASE 2-3=ACCEPT
fetch m2
acknowledge m2 0=RELEASE
pass 30s
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s   persister <- start 0, done with -1: 0-1 AVAILABLE (1) 2-3 ACKNOWLEDGED (1)
0.000s m1 RELEASE 0-1
0.000s released 0-1 of m1 (1): Released
0.000s m1 ACCEPT 2-3
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m2 acquires 0-1 (2)
0.000s   m2 <- ShareFetch [0]: 0-1 (2) of 2 records
0.000s   persister <- start 0, done with -1: 0 ARCHIVED (2)
0.000s m2 RELEASE 0
0.000s archived 0: DeliveryLimit
0.000s start 1
0.000s   m2 <- ShareAcknowledge [0]: NONE
30.000s archived 1: DeliveryLimit
30.000s   persister <- start 1, done with -1: 1 ARCHIVED (2)
30.000s start 4
  orders-0: start 4, end 4, done with 0
