# A batch that expires after a retry may be in the log or not: the transaction is aborted, and below transaction.version 2 the next one has a new epoch.
# Kafka: TransactionManager.maybeResolveSequences (clients); KIP-360

given version=1 delivery.timeout.ms=1000 request.timeout.ms=800
ready
begin
send 0
answer ok
disconnect 1
until 1400ms
state
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s the connection breaks
0.200s shop will send record 0 to orders-0 again: NETWORK_EXCEPTION
0.309s shop sends record 0 to orders-0 again
0.309s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
1.109s shop will send record 0 to orders-0 again: REQUEST_TIMED_OUT
1.109s closes the connection
1.200s shop gives up record 0 for orders-0: TimeoutException: expired, delivery.timeout.ms since batch creation [it may be in the log]
1.200s shop producer fails: TransactionAbortableException; its transaction has to be aborted
1.400s no call blocks, nothing is open, abortable: KafkaException: records that were sent were never acknowledged

abort
answer ok
answer ok 1000 1
----
1.400s shop calls abortTransaction() for transaction 1
1.400s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
1.400s   <- broker 2: EndTxn answered:
1.400s   -> broker 2: InitProducerId shop-1 producer 1000/0
1.400s   <- broker 2: InitProducerId answered: producer 1000/1
1.400s shop has producer id 1000, epoch 1
1.400s shop has aborted transaction 1
