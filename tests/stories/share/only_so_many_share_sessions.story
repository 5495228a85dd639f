# A broker has no more share sessions than group.share.max.share.sessions: whoever comes then waits, and hears so. 4.0 says that there is no such session, unless one was not used for two minutes.
# Kafka: ShareSessionCache.maybeCreateSession (server), KafkaApis.handleShareFetchRequest; KAFKA-19231

given group.share.max.share.sessions=1
fetch m1
fetch m2
pass 1s
acknowledge m1 epoch=final
fetch m2 wait=0s
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.500s   m1 <- ShareFetch [0]:  of 0 records
0.500s   m2 <- ShareFetch SHARE_SESSION_LIMIT_REACHED
1.000s   m1 <- ShareAcknowledge
1.000s   m2 <- ShareFetch [0]:  of 0 records

given version=4.0 group.share.max.share.sessions=1
fetch m1
fetch m2
pass 121s
fetch m2 wait=0s
----
0.000s   persister <- read for epoch 0
0.000s loaded in epoch 0: start 0, state epoch 0
0.000s   m2 <- ShareFetch SHARE_SESSION_NOT_FOUND
0.500s   m1 <- ShareFetch [0]:  of 0 records
121.000s   m2 <- ShareFetch [0]:  of 0 records
