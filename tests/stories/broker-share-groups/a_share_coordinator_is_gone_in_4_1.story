# In 4.1 a lost connection is no reason to try again: what was to be initialized is not, until a later heartbeat asks anew.
# Kafka: PersisterStateManager.checkNetworkError (server-common, 4.1)

given kafka=4.1 state=3,2
connect a 1
beat a
pass 10ms
crash 3
pass 12s
look
beat a
pass 200ms
look
----
