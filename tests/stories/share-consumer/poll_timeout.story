# Who does not poll for max.poll.interval.ms leaves its group, and joins again as it polls; what it holds it can still acknowledge.
# Kafka: AbstractHeartbeatRequestManager.poll, ShareMembershipManager (clients)

given share.acknowledgement.mode=explicit per.record=8s max.poll.interval.ms=5000
until 50ms
skip
produce 0 1
until 10s
----
