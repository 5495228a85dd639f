# A zombie's batch is refused where the next epoch is known; its abort is refused by the coordinator.
# Kafka: TransactionManager (clients)

given version=1 partitions=2
ready
begin
send 0
answer ok
answer ok 0
send 0
answer INVALID_PRODUCER_EPOCH
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0
0.200s shop sends record 1 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/0 from sequence 1
0.200s   <- broker 1: Produce answered: orders-0 INVALID_PRODUCER_EPOCH
0.200s shop gives up record 1 for orders-0: InvalidProducerEpochException [it is not in the log]
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
