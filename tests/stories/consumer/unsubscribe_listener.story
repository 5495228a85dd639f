# unsubscribe() runs the listener before the member leaves.
# Kafka: ConsumerCoordinator.onLeavePrepare (clients)

given commit=sync listener=2s steps=2.5s:unsubscribe
until 2s
skip
until 5s
----
4.500s billing-0 gives up orders-0 (generation 1)
4.500s billing-0 gives up orders-1 (generation 1)
4.500s billing-0 subscribes no more to orders
4.500s   -> broker 1: LeaveGroup billing as billing-0#1: unsubscribed
4.500s   <- broker 1: LeaveGroup answered: ok
