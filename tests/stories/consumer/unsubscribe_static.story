# A static member says nothing as it unsubscribes: its place is kept for as long as its session lasts.
# Kafka: ConsumerCoordinator.onLeavePrepare, AbstractCoordinator.maybeLeaveGroup (clients)

given commit=sync instance=billing-a steps=2.5s:unsubscribe
until 2s
skip
until 5s
----
2.500s billing-0 gives up orders-0 (generation 1)
2.500s billing-0 gives up orders-1 (generation 1)
2.500s billing-0 subscribes no more to orders
