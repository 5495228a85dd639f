# A SyncGroup that is answered FENCED_INSTANCE_ID is fatal to poll(), whatever the generation.
# Kafka: SyncGroupResponseHandler (clients)

given instance=billing-a fatal=exit
refused SyncGroup FENCED_INSTANCE_ID
until 2s
----
0.001s   -> broker 2: FindCoordinator billing
0.001s   <- broker 2: FindCoordinator answered: broker 1
0.003s   -> broker 1: JoinGroup billing as nobody of instance billing-a: range orders, cooperative-sticky orders (session 45.000s, rebalance 300.000s)
0.003s   <- broker 1: JoinGroup answered: billing-0#1 in generation 1, led by billing-0#1 with billing-0#1 of instance billing-a (orders)
0.004s   -> broker 1: SyncGroup billing as billing-0#1 of instance billing-a generation 1: billing-0#1 gets orders-0, orders-1
0.004s   <- broker 1: SyncGroup answered: FENCED_INSTANCE_ID
0.005s billing-0 poll() throws FencedInstanceIdException
0.005s exits
