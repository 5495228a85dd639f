# Below transaction.version 2 the producer asks for the next epoch itself, once the transaction that failed is aborted.
# Kafka: TransactionManager.beginCompletingTransaction (clients); KIP-360

given version=1
ready
begin
send 0
answer ok
answer INVALID_RECORD
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0 INVALID_RECORD
0.200s shop gives up record 0 for orders-0: InvalidRecordException [it is not in the log]
0.200s shop producer fails: InvalidRecordException; its transaction has to be aborted

abort
answer ok
answer ok 1000 1
----
0.200s shop calls abortTransaction() for transaction 1
0.200s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered:
0.200s   -> broker 2: InitProducerId shop-1 producer 1000/0
0.200s   <- broker 2: InitProducerId answered: producer 1000/1
0.200s shop has producer id 1000, epoch 1
0.200s shop has aborted transaction 1

begin
send 0
answer ok
----
0.200s shop begins transaction 2
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/1: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 1 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/1 from sequence 0
