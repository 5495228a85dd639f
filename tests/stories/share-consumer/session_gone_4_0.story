# A connection that breaks takes the share session and the locks along; acknowledgements fail, as share.acknowledge.session says: here of Kafka 4.0.
# Kafka: ShareConsumeRequestManager.maybeAddAcknowledgements, ShareSessionHandler.newShareAcknowledgeBuilder (clients)

given kafka=4.0 share.acknowledgement.mode=explicit per.record=400ms
until 50ms
skip
produce 0 1
produce 1 1
until 100ms
silent ShareFetch
cut 1
until 3s
----
