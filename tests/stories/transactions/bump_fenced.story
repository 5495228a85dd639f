# The next epoch is asked for with the one that the producer has: who was fenced meanwhile does not get it.
# Kafka: TransactionManager.InitProducerIdHandler (clients); KIP-360

given version=1
ready
begin
send 0
answer ok
answer INVALID_RECORD
abort
answer ok
answer PRODUCER_FENCED
state
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0 INVALID_RECORD
0.200s shop gives up record 0 for orders-0: InvalidRecordException [it is not in the log]
0.200s shop producer fails: InvalidRecordException; its transaction has to be aborted
0.200s shop calls abortTransaction() for transaction 1
0.200s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered:
0.200s   -> broker 2: InitProducerId shop-1 producer 1000/0
0.200s   <- broker 2: InitProducerId answered: PRODUCER_FENCED
0.200s shop producer fails: ProducerFencedException; it has to be closed
0.200s shop abortTransaction() throws ProducerFencedException for transaction 1
0.200s   the call throws ProducerFencedException
0.200s no call blocks, nothing is open, fatal: ProducerFencedException
