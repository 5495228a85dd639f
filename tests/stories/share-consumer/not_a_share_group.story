# An error that does not pass is thrown by poll(), and the application ends.
# Kafka: ShareHeartbeatRequestManager.handleSpecificExceptionInResponse (clients)

given fatal=exit
refused ShareGroupHeartbeat GROUP_MAX_SIZE_REACHED
until 3s
describe
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: ShareGroupHeartbeat billing as billing-0#1 at epoch 0, subscribed to orders
0.003s   <- broker 1: ShareGroupHeartbeat answered: GROUP_MAX_SIZE_REACHED
0.004s billing-0 poll() throws GroupMaxSizeReachedException
0.004s exits
3.000s # no process
