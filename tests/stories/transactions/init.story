# initTransactions() finds the coordinator, sleeps as before any retry, and asks it for a producer id and epoch.
# Kafka: TransactionManager.initializeTransactions, Sender.maybeSendAndPollTransactionalRequest (clients)

given
init
answer ok 2
until 100ms
answer ok 1000 0
----
0.000s   -> broker 3: FindCoordinator transaction shop-1
0.000s   <- broker 3: FindCoordinator answered: broker 2
0.100s   -> broker 2: InitProducerId shop-1
0.100s   <- broker 2: InitProducerId answered: producer 1000/0
0.100s shop has producer id 1000, epoch 0
0.100s shop may begin transactions as shop-1: producer id 1000, epoch 0
