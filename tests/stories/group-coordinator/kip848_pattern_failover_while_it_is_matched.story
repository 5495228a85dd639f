# A task that matches patterns ends with its coordinator. The next one begins it anew with the next heartbeat.
# Kafka: CoordinatorExecutorImpl.cancelAll (coordinator-common)

given
enroll a matching=ord.*
failover
pass 20ms
beat a
pass 20ms
beat a
pass 10ms
describe
----
