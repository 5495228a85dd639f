# Each share-partition is asked for where its state belongs; a broker speaks to itself over a connection like any other.
# Kafka: PersisterStateManager.lookupNeeded, RequestCoalescerHelper (server-common)

given state=1,2
connect a 1
beat a
pass 500ms
look
beat a
pass 1s
beat a
pass 100ms
----
