# Who is thrown out joins again under the same id, and goes on with its share sessions.
# Kafka: AbstractHeartbeatRequestManager.onErrorResponse (clients)

given
until 4s
skip
refused ShareGroupHeartbeat UNKNOWN_MEMBER_ID
until 7s
----
