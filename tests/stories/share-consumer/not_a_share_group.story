# An error that does not pass is thrown by poll(), and the application ends.
# Kafka: ShareHeartbeatRequestManager.handleSpecificExceptionInResponse (clients)

given fatal=exit
refused ShareGroupHeartbeat GROUP_MAX_SIZE_REACHED
until 3s
describe
----
