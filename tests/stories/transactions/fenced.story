# A producer that another one with its id has fenced hears of it from the coordinator, and can only be closed.
# Kafka: TransactionManager.EndTxnHandler (clients); KIP-588

given
ready
begin
send 0
answer INVALID_PRODUCER_EPOCH
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0 INVALID_PRODUCER_EPOCH
0.200s shop gives up record 0 for orders-0: InvalidProducerEpochException [it is not in the log]
0.200s shop producer fails: InvalidProducerEpochException; its transaction has to be aborted

abort
answer PRODUCER_FENCED
----
0.200s shop calls abortTransaction() for transaction 1
0.200s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered: PRODUCER_FENCED
0.200s shop producer fails: ProducerFencedException; it has to be closed
0.200s shop abortTransaction() throws ProducerFencedException for transaction 1
0.200s   the call throws ProducerFencedException

begin
send 0
state
----
0.200s   beginTransaction() throws ProducerFencedException
0.200s shop send() throws ProducerFencedException, but record 1 to orders-0 stays queued
0.200s   send() throws ProducerFencedException
0.200s no call blocks, something is open, fatal: ProducerFencedException

close
state
leave
----
0.200s shop gives up record 1 for orders-0: ProducerFencedException [it is not in the log]
0.200s no call blocks, nothing is open, fatal: ProducerFencedException
0.200s closes the connection
0.200s closes the connection
0.200s closes the connection
