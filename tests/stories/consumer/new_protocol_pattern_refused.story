# RE2/J does not take the pattern: poll() throws, and the member does not join any more.
# Kafka: AbstractHeartbeatRequestManager.onErrorResponse, INVALID_REGULAR_EXPRESSION (clients)

given group.protocol=consumer commit=sync pattern=ord.* fatal=exit
refused ConsumerGroupHeartbeat INVALID_REGULAR_EXPRESSION
until 5s
----
