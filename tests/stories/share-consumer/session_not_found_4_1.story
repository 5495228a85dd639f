# A ShareFetch that is refused as a whole: nobody hears of the acknowledgements that went with it before 4.2.
# Kafka: ShareConsumeRequestManager.handleShareFetchSuccess (clients); KAFKA-19485

given kafka=4.1 share.acknowledgement.mode=explicit per.record=100ms
until 50ms
skip
produce 0 1
until 100ms
refused ShareFetch SHARE_SESSION_NOT_FOUND
until 1.5s
----
