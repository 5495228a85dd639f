# close() runs the listener before the member leaves.
# Kafka: ConsumerCoordinator.onLeavePrepare (clients)

given commit=sync listener=2s
until 2s
skip
shutdown
until 5s
----
4.000s billing-0 gives up orders-0 (generation 1)
4.000s billing-0 gives up orders-1 (generation 1)
4.000s   -> broker 1: LeaveGroup billing as billing-0#1: closed
4.000s   <- broker 1: LeaveGroup answered: ok
4.001s exits
