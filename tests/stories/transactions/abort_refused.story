# An abort that is answered with TRANSACTION_ABORTABLE is the end of the producer.
# Kafka: TransactionManager.EndTxnHandler (clients); KAFKA-19250

given
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
0.200s shop producer fails: KafkaException: TRANSACTION_ABORTABLE; it has to be closed
0.200s shop abortTransaction() throws KafkaException: TRANSACTION_ABORTABLE for transaction 1
0.200s   the call throws KafkaException: TRANSACTION_ABORTABLE
