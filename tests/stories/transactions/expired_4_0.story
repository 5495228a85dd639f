# Up to 4.0 the commit of a transaction with a batch that expired throws as if it could be made again.
# Kafka: TransactionManager.maybeTransitionToErrorState (clients) of 4.0; KAFKA-19176

given kafka=4.0 delivery.timeout.ms=1000 request.timeout.ms=1000
ready
begin
send 0
until 1300ms
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
1.200s shop gives up record 0 for orders-0: TimeoutException: the request timed out [it may be in the log]
1.200s shop producer fails: TimeoutException: the request timed out; its transaction has to be aborted
1.200s closes the connection

commit
----
1.300s shop calls commitTransaction() for transaction 1
1.300s shop commitTransaction() throws KafkaException: REQUEST_TIMED_OUT for transaction 1
1.300s   the call throws KafkaException: REQUEST_TIMED_OUT
