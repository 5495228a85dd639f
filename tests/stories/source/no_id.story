# initTransactions() throws what will not pass: the application tries it with another producer, every second.
# Kafka: TransactionManager.InitProducerIdHandler (clients): InvalidTxnTimeoutException

given records=2 limit=2
hide FindCoordinator
refused.at.init
until 2s
----
0.303s   -> broker 1: InitProducerId billing-0
0.303s   <- broker 1: InitProducerId answered: INVALID_TRANSACTION_TIMEOUT
0.304s billing-0 producer fails: KafkaException: INVALID_TRANSACTION_TIMEOUT; it has to be closed
0.304s billing-0 initTransactions() throws KafkaException: INVALID_TRANSACTION_TIMEOUT
1.407s   -> broker 1: InitProducerId billing-0
1.407s   <- broker 1: InitProducerId answered: producer 1000/0
1.408s billing-0 has producer id 1000, epoch 0
1.408s billing-0 may begin transactions as billing-0: producer id 1000, epoch 0
1.408s billing-0 begins transaction 1
1.408s billing-0 calls commitTransaction() for transaction 1
1.408s billing-0 sends records 0..1 to invoices-0
1.408s   -> broker 1: Produce acks=all: invoices-0 records 0..1 of producer 1000/0 from sequence 0
1.408s   <- broker 1: Produce answered: invoices-0@0
1.409s billing-0 has its answer for records 0..1 to invoices-0 at @0..1
1.409s   -> broker 1: EndTxn commit billing-0 of producer 1000/0
1.409s   <- broker 1: EndTxn answered: next producer 1000/1
1.410s billing-0 has producer id 1000, epoch 1
1.410s billing-0 has committed transaction 1
