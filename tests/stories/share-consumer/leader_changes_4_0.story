# Records of a leader that is none any more, as share.acknowledge.leader says: here of Kafka 4.0.
# Kafka: ShareConsumeRequestManager.isLeaderKnownToHaveChanged (clients)

given kafka=4.0 share.acknowledgement.mode=explicit commit=sync per.record=400ms metadata.max.age.ms=300
until 50ms
skip
produce 0 1
until 100ms
lead 0 2
until 1.5s
----
0.050s   <- broker 1: ShareFetch answered: orders-0 0 x1
0.051s billing-0 gets orders-0@0 from poll(), delivery 1
0.451s billing-0 processes orders-0@0
0.451s billing-0 sends ACCEPT of orders-0@0
0.451s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0
0.451s   <- broker 1: ShareAcknowledge answered: orders-0 NOT_LEADER_OR_FOLLOWER
0.452s billing-0 its acknowledgement of orders-0@0 fails: NotLeaderOrFollowerException
0.504s   <- broker 2: ShareFetch answered:
0.505s   -> broker 2: ShareFetch billing as billing-0#1: orders-0
0.505s   <- broker 2: ShareFetch answered: orders-0 0 x2
0.506s billing-0 gets orders-0@0 from poll(), delivery 2
0.906s billing-0 processes orders-0@0
0.906s billing-0 sends ACCEPT of orders-0@0
0.906s billing-0 sends ACCEPT of orders-0@0
0.906s   -> broker 1: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0
0.906s   -> broker 2: ShareAcknowledge billing as billing-0#1: orders-0 ACCEPT 0
0.906s   <- broker 2: ShareAcknowledge answered: orders-0
0.906s   <- broker 1: ShareAcknowledge answered: orders-0 NOT_LEADER_OR_FOLLOWER
0.907s billing-0 is told that orders-0@0 is acknowledged
0.907s billing-0 its acknowledgement of orders-0@0 fails: NotLeaderOrFollowerException
