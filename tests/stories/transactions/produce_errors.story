# What the leader of a partition answers: what may pass is tried again, the rest takes the transaction with it, and an id that is another's the producer.
# Kafka: TransactionManager.canRetry, maybeTransitionToErrorState (clients); KIP-890, KAFKA-18019

given
ready
begin
send 0
answer CONCURRENT_TRANSACTIONS
until 400ms
answer TRANSACTION_ABORTABLE
state
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0 CONCURRENT_TRANSACTIONS
0.200s shop will send record 0 to orders-0 again: CONCURRENT_TRANSACTIONS
0.318s shop sends record 0 to orders-0 again
0.318s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.400s   <- broker 1: Produce answered: orders-0 TRANSACTION_ABORTABLE
0.400s shop gives up record 0 for orders-0: TransactionAbortableException [it is not in the log]
0.400s shop producer fails: TransactionAbortableException; its transaction has to be aborted
0.400s no call blocks, nothing is open, abortable: TransactionAbortableException

abort
answer ok
begin
send 0
answer INVALID_TXN_STATE
state
----
0.400s shop calls abortTransaction() for transaction 1
0.400s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
0.400s   <- broker 2: EndTxn answered: next producer 1000/1
0.400s shop has producer id 1000, epoch 1
0.400s shop has aborted transaction 1
0.400s shop begins transaction 2
0.400s shop sends record 1 to orders-0
0.400s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/1 from sequence 0
0.400s   <- broker 1: Produce answered: orders-0 INVALID_TXN_STATE
0.400s shop gives up record 1 for orders-0: InvalidTxnStateException [it is not in the log]
0.400s shop producer fails: TransactionAbortableException; its transaction has to be aborted
0.400s no call blocks, nothing is open, abortable: TransactionAbortableException

abort
answer ok
begin
send 0
answer INVALID_PRODUCER_ID_MAPPING
state
----
0.400s shop calls abortTransaction() for transaction 2
0.400s   -> broker 2: EndTxn abort shop-1 of producer 1000/1
0.400s   <- broker 2: EndTxn answered: next producer 1000/2
0.400s shop has producer id 1000, epoch 2
0.400s shop has aborted transaction 2
0.400s shop begins transaction 3
0.400s shop sends record 2 to orders-0
0.400s   -> broker 1: Produce acks=all: orders-0 record 2 of producer 1000/2 from sequence 0
0.400s   <- broker 1: Produce answered: orders-0 INVALID_PRODUCER_ID_MAPPING
0.400s shop gives up record 2 for orders-0: InvalidPidMappingException [it is not in the log]
0.400s shop producer fails: InvalidPidMappingException; it has to be closed
0.400s no call blocks, nothing is open, fatal: InvalidPidMappingException
