# A share session counts its requests: who is not at the right epoch opens a new one, and acknowledgements of a wrong one are refused.
# Kafka: SharePartitionManager.newContext, acknowledgeSessionUpdate (core)

given share.auto.offset.reset=earliest
append 4
acknowledge m1 0=ACCEPT epoch=1
fetch m1 epoch=3
fetch m1
fetch m1 epoch=7 0-3=ACCEPT
fetch m1 epoch=initial 0-3=ACCEPT
acknowledge m1 0-3=ACCEPT epoch=initial
fetch m1 epoch=final 0-3=ACCEPT
fetch m1 epoch=final
----
0.000s m1 refused 0: SHARE_SESSION_NOT_FOUND
0.000s   m1 <- ShareAcknowledge SHARE_SESSION_NOT_FOUND
0.000s   m1 <- ShareFetch SHARE_SESSION_NOT_FOUND
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s m1 acquires 0-3 (1)
0.000s   m1 <- ShareFetch [0]: 0-3 (1) of 4 records
0.000s m1 refused 0-3: INVALID_SHARE_SESSION_EPOCH
0.000s   m1 <- ShareFetch INVALID_SHARE_SESSION_EPOCH
0.000s m1 refused 0-3: INVALID_REQUEST
0.000s   m1 <- ShareFetch INVALID_REQUEST
0.000s m1 refused 0-3: INVALID_SHARE_SESSION_EPOCH
0.000s   m1 <- ShareAcknowledge INVALID_SHARE_SESSION_EPOCH
0.000s   persister <- start 0, done with 4: 0-3 ACKNOWLEDGED (1)
0.000s m1 ACCEPT 0-3
0.000s start 4
0.000s   m1 <- ShareFetch [0]:  of 0 records
0.000s   m1 <- ShareFetch SHARE_SESSION_NOT_FOUND
