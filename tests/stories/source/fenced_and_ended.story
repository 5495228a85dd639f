# The application ends when its producer is fenced.
# Kafka: TransactionManager.EndTxnHandler (clients): ProducerFencedException

given records=2 gap=300ms limit=7 on.fenced=exit
hide FindCoordinator may
until 400ms
skip
fenced
until 2.8s
----
0.500s billing-0 calls commitTransaction() for transaction 1
0.500s billing-0 sends record 1 to invoices-0
0.500s   -> broker 1: Produce acks=all: invoices-0 record 1 of producer 1000/0 from sequence 1
0.500s   <- broker 1: Produce answered: invoices-0 INVALID_PRODUCER_EPOCH
0.501s billing-0 gives up record 1 for invoices-0: InvalidProducerEpochException [it is not in the log]
0.501s billing-0 producer fails: InvalidProducerEpochException; its transaction has to be aborted
0.501s billing-0 commitTransaction() throws InvalidProducerEpochException for transaction 1
0.501s billing-0 calls abortTransaction() for transaction 1
0.501s   -> broker 1: EndTxn abort billing-0 of producer 1000/0
0.501s   <- broker 1: EndTxn answered: PRODUCER_FENCED
0.502s billing-0 producer fails: ProducerFencedException; it has to be closed
0.502s billing-0 abortTransaction() throws ProducerFencedException for transaction 1
0.502s exits
