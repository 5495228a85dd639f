# If one of a partition's acknowledgements is refused, none of them is taken.
# Kafka: SharePartition.acknowledge, rollbackOrProcessStateUpdates (core); KafkaApis.validateAcknowledgementBatches

given share.auto.offset.reset=earliest
append 5 5 5
fetch m1 max=10
fetch m2
acknowledge m1 0-4=ACCEPT 5-12=ACCEPT
look
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-9 (1)
0.000s   m1 <- ShareFetch [0]: 0-9 (1) of 10 records
0.000s m2 acquires 10-14 (1)
0.000s   m2 <- ShareFetch [0]: 10-14 (1) of 5 records
0.000s m1 refused 0-4: INVALID_RECORD_STATE
0.000s m1 refused 5-12: INVALID_RECORD_STATE
0.000s   m1 <- ShareAcknowledge [0]: INVALID_RECORD_STATE
  orders-0: start 0, end 14, done with 0
    0-9 ACQUIRED (1) by m1 until 30.000s
    10-14 ACQUIRED (1) by m2 until 30.000s

# Beyond what is in flight, out of order, backwards, and without an answer for each of several.
acknowledge m1 0-30=ACCEPT
acknowledge m1 40-41=ACCEPT
acknowledge m1 5-9=ACCEPT 0-4=ACCEPT
acknowledge m1 4-0=ACCEPT
acknowledge m1 0-4=ACCEPT/ACCEPT
acknowledge m1 0-9=ACCEPT
look
----
0.000s m1 refused 0-30: INVALID_REQUEST
0.000s   m1 <- ShareAcknowledge [0]: INVALID_REQUEST
0.000s m1 refused 40-41: INVALID_REQUEST
0.000s   m1 <- ShareAcknowledge [0]: INVALID_REQUEST
0.000s m1 refused 5-9: INVALID_REQUEST
0.000s m1 refused 0-4: INVALID_REQUEST
0.000s   m1 <- ShareAcknowledge [0]: INVALID_REQUEST
0.000s m1 refused 4-0: INVALID_REQUEST
0.000s   m1 <- ShareAcknowledge [0]: INVALID_REQUEST
0.000s m1 refused 0-4: INVALID_REQUEST
0.000s   m1 <- ShareAcknowledge [0]: INVALID_REQUEST
0.000s   persister <- start 0, done with 10: 0-9 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0-9
0.000s start 10
0.000s   m1 <- ShareAcknowledge [0]: NONE
  orders-0: start 10, end 14, done with 0
    10-14 ACQUIRED (1) by m2 until 30.000s
