# Whoever cannot connect to the coordinator asks again who it is, at once.
# Kafka: Sender.maybeFindCoordinatorAndRetry (clients)

given
unreachable 2
init
answer ok 2
answer ok 2
----
0.000s   -> broker 3: FindCoordinator transaction shop-1
0.000s   <- broker 3: FindCoordinator answered: broker 2
0.000s   -> broker 3: FindCoordinator transaction shop-1
0.000s   <- broker 3: FindCoordinator answered: broker 2
0.000s   -> broker 3: FindCoordinator transaction shop-1

reachable
until 60ms
answer ok 2
until 400ms
----
0.060s   <- broker 3: FindCoordinator answered: broker 2
0.160s   -> broker 2: InitProducerId shop-1
