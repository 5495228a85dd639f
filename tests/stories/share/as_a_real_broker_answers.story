# What a broker of Apache Kafka 4.2.0 answered to the same, with a record in each batch: who accepts what another holds is refused, who accepts what lies before the start is not; every delivery counts, and a restart forgets what was not written down.
# Kafka: recorded of a node of its own; SharePartition.acknowledge (core)

# 4.2.0: m1 gets 0, delivery 1; m2 gets 1, delivery 1; m2 ACCEPT 1: success; m2 gets 0, delivery 2; m1 ACCEPT 0:
# InvalidRecordStateException; m2 ACCEPT 0: success; start offset 0, lag 0 as the share coordinator has it.
given version=4.2 share.auto.offset.reset=earliest
append 1 1
fetch m1 max=1
fetch m2 max=1
acknowledge m2 1=ACCEPT
pass 31s
fetch m2 max=1
acknowledge m1 0=ACCEPT
acknowledge m2 0=ACCEPT
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0 (1)
0.000s   m1 <- ShareFetch [0]: 0 (1) of 1 records
0.000s m2 acquires 1 (1)
0.000s   m2 <- ShareFetch [0]: 1 (1) of 1 records
0.000s   persister <- start 0, done with 1: 1 ACKNOWLEDGED (1)
0.000s m2 ACCEPT 1
0.000s   m2 <- ShareAcknowledge [0]: NONE
30.000s released 0 of m1 (1): LockTimeout
30.000s   persister <- start 0, done with 1: 0 AVAILABLE (1)
31.000s m2 acquires 0 (2)
31.000s   m2 <- ShareFetch [0]: 0 (2) of 1 records
31.000s m1 refused 0: INVALID_RECORD_STATE
31.000s   m1 <- ShareAcknowledge [0]: INVALID_RECORD_STATE
31.000s   persister <- start 0, done with 2: 0 ACKNOWLEDGED (2)
31.000s m2 ACCEPT 0
31.000s start 2
31.000s   m2 <- ShareAcknowledge [0]: NONE

# 4.2.0: m1 gets 0, delivery 1; m2 gets 0, delivery 2; m2 ACCEPT 0: success; m1 ACCEPT 0: success.
given version=4.2 share.auto.offset.reset=earliest
append 1
fetch m1 max=1
pass 31s
fetch m2 max=1
acknowledge m2 0=ACCEPT
acknowledge m1 0=ACCEPT
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0 (1)
0.000s   m1 <- ShareFetch [0]: 0 (1) of 1 records
30.000s released 0 of m1 (1): LockTimeout
30.000s   persister <- start 0, done with 0: 0 AVAILABLE (1)
31.000s m2 acquires 0 (2)
31.000s   m2 <- ShareFetch [0]: 0 (2) of 1 records
31.000s   persister <- start 0, done with 1: 0 ACKNOWLEDGED (2)
31.000s m2 ACCEPT 0
31.000s start 1
31.000s   m2 <- ShareAcknowledge [0]: NONE
31.000s   m1 <- ShareAcknowledge [0]: NONE

# 4.2.0: m1 gets 0, delivery 1; RELEASE: success; m1 gets 0, delivery 2; its lock runs out; ACCEPT: InvalidRecordStateException; m1
# gets 0, delivery 3, and closes; m2 gets 0, delivery 4; RELEASE: success; m2 gets 0, delivery 5; RELEASE: success; m2 gets nothing;
# start offset 0, lag 0.
given version=4.2 share.auto.offset.reset=earliest
append 1
fetch m1 max=1
acknowledge m1 0=RELEASE
fetch m1 max=1
pass 31s
acknowledge m1 0=ACCEPT
fetch m1 max=1
acknowledge m1 epoch=final
fetch m2 max=1
acknowledge m2 0=RELEASE
fetch m2 max=1
acknowledge m2 0=RELEASE
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0 (1)
0.000s   m1 <- ShareFetch [0]: 0 (1) of 1 records
0.000s   persister <- start 0, done with 0: 0 AVAILABLE (1)
0.000s m1 RELEASE 0
0.000s released 0 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 0 (2)
0.000s   m1 <- ShareFetch [0]: 0 (2) of 1 records
30.000s released 0 of m1 (2): LockTimeout
30.000s   persister <- start 0, done with 0: 0 AVAILABLE (2)
31.000s m1 refused 0: INVALID_RECORD_STATE
31.000s   m1 <- ShareAcknowledge [0]: INVALID_RECORD_STATE
31.000s m1 acquires 0 (3)
31.000s   m1 <- ShareFetch [0]: 0 (3) of 1 records
31.000s   m1 <- ShareAcknowledge
31.000s   persister <- start 0, done with 0: 0 AVAILABLE (3)
31.000s released 0 of m1 (3): SessionClosed
31.000s m2 acquires 0 (4)
31.000s   m2 <- ShareFetch [0]: 0 (4) of 1 records
31.000s   persister <- start 0, done with 0: 0 AVAILABLE (4)
31.000s m2 RELEASE 0
31.000s released 0 of m2 (4): Released
31.000s   m2 <- ShareAcknowledge [0]: NONE
31.000s m2 acquires 0 (5)
31.000s   m2 <- ShareFetch [0]: 0 (5) of 1 records
31.000s   persister <- start 0, done with 1: 0 ARCHIVED (5)
31.000s m2 RELEASE 0
31.000s archived 0: DeliveryLimit
31.000s start 1
31.000s   m2 <- ShareAcknowledge [0]: NONE
  orders-0: start 1, end 1, done with 0

# 4.2.0, killed and started again: m1 gets 0, delivery 1; RELEASE: success; m1 gets 0, delivery 2; m3 gets 1, delivery 1; m4 gets 2,
# delivery 1; m4 ACCEPT 2: success; restart; m1 ACCEPT 0: ShareSessionNotFoundException; m5 gets 0, delivery 2; ACCEPT; m5 gets 1,
# delivery 1; ACCEPT; m5 gets 3, delivery 1; ACCEPT; m5 gets nothing; start offset 2, lag 0.
given version=4.2 share.auto.offset.reset=earliest
append 1 1 1 1
fetch m1 max=1
acknowledge m1 0=RELEASE
fetch m1 max=1
fetch m3 max=1
fetch m4 max=1
acknowledge m4 2=ACCEPT
restart
acknowledge m1 0=ACCEPT epoch=3
fetch m5 max=1
acknowledge m5 0=ACCEPT
fetch m5 max=1
acknowledge m5 1=ACCEPT
fetch m5 max=1
acknowledge m5 3=ACCEPT
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0 (1)
0.000s   m1 <- ShareFetch [0]: 0 (1) of 1 records
0.000s   persister <- start 0, done with 0: 0 AVAILABLE (1)
0.000s m1 RELEASE 0
0.000s released 0 of m1 (1): Released
0.000s   m1 <- ShareAcknowledge [0]: NONE
0.000s m1 acquires 0 (2)
0.000s   m1 <- ShareFetch [0]: 0 (2) of 1 records
0.000s m3 acquires 1 (1)
0.000s   m3 <- ShareFetch [0]: 1 (1) of 1 records
0.000s m4 acquires 2 (1)
0.000s   m4 <- ShareFetch [0]: 2 (1) of 1 records
0.000s   persister <- start 0, done with 1: 2 ACKNOWLEDGED (1)
0.000s m4 ACCEPT 2
0.000s   m4 <- ShareAcknowledge [0]: NONE
0.000s m1 refused 0: SHARE_SESSION_NOT_FOUND
0.000s   m1 <- ShareAcknowledge SHARE_SESSION_NOT_FOUND
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m5 acquires 0 (2)
0.000s   m5 <- ShareFetch [0]: 0 (2) of 1 records
0.000s   persister <- start 0, done with 2: 0 ACKNOWLEDGED (2)
0.000s m5 ACCEPT 0
0.000s start 1
0.000s   m5 <- ShareAcknowledge [0]: NONE
0.000s m5 acquires 1 (1)
0.000s   m5 <- ShareFetch [0]: 1 (1) of 1 records
0.000s   persister <- start 1, done with 2: 1 ACKNOWLEDGED (1)
0.000s m5 ACCEPT 1
0.000s start 2
0.000s   m5 <- ShareAcknowledge [0]: NONE
0.000s m5 acquires 3 (1)
0.000s   m5 <- ShareFetch [0]: 3 (1) of 1 records
0.000s   persister <- start 2, done with 2: 3 ACKNOWLEDGED (1)
0.000s m5 ACCEPT 3
0.000s start 4
0.000s   m5 <- ShareAcknowledge [0]: NONE
  orders-0: start 4, end 4, done with 0
