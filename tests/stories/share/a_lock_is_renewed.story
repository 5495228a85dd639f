# A member that needs more time says RENEW: the time of its lock begins anew, and nothing is written down. A group may forbid it; before 4.2 nobody knows the word.
# Kafka: SharePartition.acknowledgeCompleteBatch (core), KafkaApis.handleShareFetchRequest; KIP-1222

given share.auto.offset.reset=earliest
append 4
fetch m1
pass 20s
fetch m1 0-3=RENEW
pass 20s
look
acknowledge m1 0-1=RENEW
acknowledge m1 0=ACCEPT
look
pass 10s
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
20.000s m1 RENEW 0-3
20.000s   m1 <- ShareFetch [0]:  of 0 records
  orders-0: start 0, end 3, done with 0
    0-3 ACQUIRED (1) by m1 until 50.000s
40.000s m1 RENEW 0-1
40.000s   m1 <- ShareAcknowledge [0]: NONE
40.000s   persister <- start 0, done with 1: 0 ACKNOWLEDGED (1)
40.000s m1 ACCEPT 0
40.000s start 1
40.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 1, end 3, done with 0
    0 ACKNOWLEDGED (1)
    1 ACQUIRED (1) by m1 until 70.000s
    2-3 ACQUIRED (1) by m1 until 50.000s
50.000s released 2-3 of m1 (1): LockTimeout
50.000s   persister <- start 1, done with 0: 2-3 AVAILABLE (1)
  orders-0: start 1, end 3, done with 0
    0 ACKNOWLEDGED (1)
    1 ACQUIRED (1) by m1 until 70.000s
    2-3 AVAILABLE (1)

# A fetch that renews acquires nothing, and must not want to.
fetch m1 1=RENEW max=5
----
50.000s m1 refused 1: INVALID_REQUEST
50.000s   m1 <- ShareFetch INVALID_REQUEST

given share.auto.offset.reset=earliest share.renew.acknowledge.enable=false
append 4
fetch m1
acknowledge m1 0-3=RENEW
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s m1 refused 0-3: INVALID_RECORD_STATE
0.000s   m1 <- ShareAcknowledge [0]: INVALID_RECORD_STATE

given version=4.1 share.auto.offset.reset=earliest
append 4
fetch m1
acknowledge m1 0-3=RENEW
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s m1 refused 0-3: INVALID_REQUEST
0.000s   m1 <- ShareAcknowledge [0]: INVALID_REQUEST
