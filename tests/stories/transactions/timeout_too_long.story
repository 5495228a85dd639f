# A transaction.timeout.ms that the broker does not allow is the end of the producer.
# Kafka: TransactionManager.InitProducerIdHandler (clients)

given transaction.timeout.ms=1000000
init
answer ok
until 100ms
answer INVALID_TRANSACTION_TIMEOUT
state
init
----
0.000s   -> broker 3: FindCoordinator transaction shop-1
0.000s   <- broker 3: FindCoordinator answered: broker 2
0.100s   -> broker 2: InitProducerId shop-1
0.100s   <- broker 2: InitProducerId answered: INVALID_TRANSACTION_TIMEOUT
0.100s shop producer fails: KafkaException: INVALID_TRANSACTION_TIMEOUT; it has to be closed
0.100s shop initTransactions() throws KafkaException: INVALID_TRANSACTION_TIMEOUT
0.100s   the call throws KafkaException: INVALID_TRANSACTION_TIMEOUT
0.100s no call blocks, nothing is open, fatal: KafkaException: INVALID_TRANSACTION_TIMEOUT
0.100s shop initTransactions() throws KafkaException: INVALID_TRANSACTION_TIMEOUT
0.100s   the call throws KafkaException: INVALID_TRANSACTION_TIMEOUT
