# So many records are one transaction, and every second one is aborted. What has begun is ended when nothing more comes.
# Kafka: KafkaProducer (clients), the loop of its documentation

given records=2 abort.every=2 limit=5
hide FindCoordinator
until 199ms
skip
until 500ms
----
0.303s   -> broker 1: InitProducerId billing-0
0.303s   <- broker 1: InitProducerId answered: producer 1000/0
0.304s billing-0 has producer id 1000, epoch 0
0.304s billing-0 may begin transactions as billing-0: producer id 1000, epoch 0
0.304s billing-0 begins transaction 1
0.304s billing-0 calls commitTransaction() for transaction 1
0.304s billing-0 sends records 0..1 to invoices-0
0.304s   -> broker 1: Produce acks=all: invoices-0 records 0..1 of producer 1000/0 from sequence 0
0.304s   <- broker 1: Produce answered: invoices-0@0
0.305s billing-0 has its answer for records 0..1 to invoices-0 at @0..1
0.305s   -> broker 1: EndTxn commit billing-0 of producer 1000/0
0.305s   <- broker 1: EndTxn answered: next producer 1000/1
0.306s billing-0 has producer id 1000, epoch 1
0.306s billing-0 has committed transaction 1
0.306s billing-0 begins transaction 2
0.306s billing-0 calls abortTransaction() for transaction 2
0.306s billing-0 gives up records 2..3 for invoices-0: TransactionAbortedException: the transaction is aborted [it is not in the log]
0.306s   -> broker 1: EndTxn abort billing-0 of producer 1000/1
0.306s   <- broker 1: EndTxn answered: next producer 1000/2
0.307s billing-0 has producer id 1000, epoch 2
0.307s billing-0 has aborted transaction 2
0.307s billing-0 begins transaction 3
0.307s billing-0 calls commitTransaction() for transaction 3
0.307s billing-0 sends record 4 to invoices-0
0.307s   -> broker 1: Produce acks=all: invoices-0 record 4 of producer 1000/2 from sequence 0
0.307s   <- broker 1: Produce answered: invoices-0@2
0.308s billing-0 has its answer for record 4 to invoices-0 at @2
0.308s   -> broker 1: EndTxn commit billing-0 of producer 1000/2
0.308s   <- broker 1: EndTxn answered: next producer 1000/3
0.309s billing-0 has producer id 1000, epoch 3
0.309s billing-0 has committed transaction 3
