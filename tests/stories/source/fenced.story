# Another producer has the id: a second later there is a new one, which fences the other in its turn.
# Kafka: TransactionManager.EndTxnHandler (clients): ProducerFencedException

given records=2 gap=300ms limit=7
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
1.605s   -> broker 1: InitProducerId billing-0
1.605s   <- broker 1: InitProducerId answered: producer 1000/2
1.606s billing-0 has producer id 1000, epoch 2
1.606s billing-0 begins transaction 2
1.606s billing-0 calls commitTransaction() for transaction 2
1.606s billing-0 sends records 2..3 to invoices-0
1.606s   -> broker 1: Produce acks=all: invoices-0 records 2..3 of producer 1000/2 from sequence 0
1.606s   <- broker 1: Produce answered: invoices-0@1
1.607s billing-0 has its answer for records 2..3 to invoices-0 at @1..2
1.607s   -> broker 1: EndTxn commit billing-0 of producer 1000/2
1.607s   <- broker 1: EndTxn answered: next producer 1000/3
1.608s billing-0 has producer id 1000, epoch 3
1.608s billing-0 has committed transaction 2
1.608s billing-0 begins transaction 3
1.608s billing-0 sends record 4 to invoices-0
1.608s   -> broker 1: Produce acks=all: invoices-0 record 4 of producer 1000/3 from sequence 0
1.608s   <- broker 1: Produce answered: invoices-0@3
1.609s billing-0 has its answer for record 4 to invoices-0 at @3
1.700s billing-0 calls commitTransaction() for transaction 3
1.700s billing-0 sends record 5 to invoices-0
1.700s   -> broker 1: Produce acks=all: invoices-0 record 5 of producer 1000/3 from sequence 1
1.700s   <- broker 1: Produce answered: invoices-0@4
1.701s billing-0 has its answer for record 5 to invoices-0 at @4
1.701s   -> broker 1: EndTxn commit billing-0 of producer 1000/3
1.701s   <- broker 1: EndTxn answered: next producer 1000/4
1.702s billing-0 has producer id 1000, epoch 4
1.702s billing-0 has committed transaction 3
2.000s billing-0 begins transaction 4
2.000s billing-0 calls commitTransaction() for transaction 4
2.000s billing-0 sends record 6 to invoices-0
2.000s   -> broker 1: Produce acks=all: invoices-0 record 6 of producer 1000/4 from sequence 0
2.000s   <- broker 1: Produce answered: invoices-0@5
2.001s billing-0 has its answer for record 6 to invoices-0 at @5
2.001s   -> broker 1: EndTxn commit billing-0 of producer 1000/4
2.001s   <- broker 1: EndTxn answered: next producer 1000/5
2.002s billing-0 has producer id 1000, epoch 5
2.002s billing-0 has committed transaction 4
