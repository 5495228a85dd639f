# Control records and holes are acknowledged as gaps by the client itself; alone, as share.gaps says: here of Kafka 4.1.
# Kafka: ShareCompletedFetch.fetchRecords, ShareConsumerImpl.collect (clients)

given kafka=4.1 share.acknowledgement.mode=explicit
until 50ms
skip
compacted 0 5 1 2
until 300ms
marker 0
until 1.5s
----
