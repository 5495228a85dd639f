# Up to 4.0 an abort that is answered with TRANSACTION_ABORTABLE leaves the producer in the middle of it.
# Kafka: TransactionManager.EndTxnHandler (clients) of 4.0; KAFKA-19250

given kafka=4.0
ready
begin
send 0
answer ok 0
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0

abort
answer TRANSACTION_ABORTABLE
----
0.200s shop calls abortTransaction() for transaction 1
0.200s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered: TRANSACTION_ABORTABLE
0.200s shop abortTransaction() throws TransactionAbortableException for transaction 1
0.200s   the call throws TransactionAbortableException

abort
----
0.200s shop calls abortTransaction() for transaction 1
0.200s shop abortTransaction() throws IllegalStateException: not possible in this state of the producer for transaction 1
0.200s   the call throws IllegalStateException: not possible in this state of the producer
