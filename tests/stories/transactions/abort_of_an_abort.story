# A batch that expires unresolved while its transaction is aborted asks for an epoch that nobody fetches: below transaction.version 2 the producer cannot begin again.
# Kafka: TransactionManager.maybeResolveSequences, completeTransaction (clients)

given version=1 delivery.timeout.ms=1000 request.timeout.ms=800
ready
begin
send 0
answer ok
disconnect 1
abort
until 1400ms
answer ok
begin
state
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s the connection breaks
0.200s shop will send record 0 to orders-0 again: NETWORK_EXCEPTION
0.200s shop calls abortTransaction() for transaction 1
0.301s shop sends record 0 to orders-0 again
0.301s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
1.101s shop will send record 0 to orders-0 again: REQUEST_TIMED_OUT
1.101s closes the connection
1.200s shop gives up record 0 for orders-0: TimeoutException: expired, delivery.timeout.ms since batch creation [it may be in the log]
1.200s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
1.400s   <- broker 2: EndTxn answered:
1.400s shop has aborted transaction 1
1.400s   beginTransaction() throws IllegalStateException: not possible in this state of the producer
1.400s no call blocks, nothing is open
