# The open transaction of a process that dies is aborted when its next life asks for the id.
# Kafka: TransactionCoordinator.handleInitProducerId (core)

given records=4 gap=100ms limit=9
hide FindCoordinator may
until 400ms
skip
until 450ms
kill
until 1s
----
0.401s billing-0 has its answer for record 2 to invoices-0 at @2
0.450s # the process dies, and is started again
0.553s   -> broker 1: InitProducerId billing-0
0.553s   <- broker 1: InitProducerId answered: producer 1000/1
0.554s billing-0 has producer id 1000, epoch 1
0.554s billing-0 begins transaction 2
0.554s billing-0 sends record 3 to invoices-0
0.554s   -> broker 1: Produce acks=all: invoices-0 record 3 of producer 1000/1 from sequence 0
0.554s   <- broker 1: Produce answered: invoices-0@3
0.555s billing-0 has its answer for record 3 to invoices-0 at @3
0.600s billing-0 sends record 4 to invoices-0
0.600s   -> broker 1: Produce acks=all: invoices-0 record 4 of producer 1000/1 from sequence 1
0.600s   <- broker 1: Produce answered: invoices-0@4
0.601s billing-0 has its answer for record 4 to invoices-0 at @4
0.700s billing-0 sends record 5 to invoices-0
0.700s   -> broker 1: Produce acks=all: invoices-0 record 5 of producer 1000/1 from sequence 2
0.700s   <- broker 1: Produce answered: invoices-0@5
0.701s billing-0 has its answer for record 5 to invoices-0 at @5
0.800s billing-0 calls commitTransaction() for transaction 2
0.800s billing-0 sends record 6 to invoices-0
0.800s   -> broker 1: Produce acks=all: invoices-0 record 6 of producer 1000/1 from sequence 3
0.800s   <- broker 1: Produce answered: invoices-0@6
0.801s billing-0 has its answer for record 6 to invoices-0 at @6
0.801s   -> broker 1: EndTxn commit billing-0 of producer 1000/1
0.801s   <- broker 1: EndTxn answered: next producer 1000/2
0.802s billing-0 has producer id 1000, epoch 2
0.802s billing-0 has committed transaction 2
0.900s billing-0 begins transaction 3
0.900s billing-0 sends record 7 to invoices-0
0.900s   -> broker 1: Produce acks=all: invoices-0 record 7 of producer 1000/2 from sequence 0
0.900s   <- broker 1: Produce answered: invoices-0@7
0.901s billing-0 has its answer for record 7 to invoices-0 at @7
1.000s billing-0 calls commitTransaction() for transaction 3
1.000s billing-0 sends record 8 to invoices-0
1.000s   -> broker 1: Produce acks=all: invoices-0 record 8 of producer 1000/2 from sequence 1
1.000s   <- broker 1: Produce answered: invoices-0@8
