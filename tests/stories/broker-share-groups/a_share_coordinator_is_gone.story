# A share coordinator that cannot be reached is looked for again, with growing pauses, and found where its partition is led by then.
# Kafka: PersisterStateManager.PersisterStateManagerHandler.handleRequestResponse (server-common)

given state=3,2
connect a 1
beat a
pass 4ms
crash 3
pass 40s
look
----
