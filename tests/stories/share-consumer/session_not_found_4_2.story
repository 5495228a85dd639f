# A ShareFetch that is refused as a whole: the acknowledgements that went with it fail since 4.2, and a new session begins.
# Kafka: ShareConsumeRequestManager.handleShareFetchSuccess (clients); KAFKA-19485

given kafka=4.2 share.acknowledgement.mode=explicit per.record=100ms
until 50ms
skip
produce 0 1
until 100ms
refused ShareFetch SHARE_SESSION_NOT_FOUND
until 1.5s
----
