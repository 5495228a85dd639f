# A batch that expires fails the transaction; since 4.1 as one to be aborted, not as a call that could be made again.
# Kafka: TransactionManager.maybeTransitionToErrorState (clients); KAFKA-19176

given delivery.timeout.ms=1000 request.timeout.ms=1000
ready
begin
send 0
until 1300ms
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
1.200s shop gives up record 0 for orders-0: TimeoutException: the request timed out [it may be in the log]
1.200s shop producer fails: TransactionAbortableException; its transaction has to be aborted
1.200s closes the connection

commit
----
1.300s shop calls commitTransaction() for transaction 1
1.300s shop commitTransaction() throws KafkaException: TRANSACTION_ABORTABLE for transaction 1
1.300s   the call throws KafkaException: TRANSACTION_ABORTABLE
