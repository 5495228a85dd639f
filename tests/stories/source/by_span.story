# What comes within a span from the first record on is one transaction.
# Kafka: KafkaProducer (clients), the loop of its documentation

given every=50ms gap=25ms limit=12
hide FindCoordinator may
until 400ms
skip
until 600ms
----
0.401s billing-0 has its answer for record 8 to invoices-0 at @8
0.425s billing-0 calls commitTransaction() for transaction 2
0.425s   -> broker 1: EndTxn commit billing-0 of producer 1000/1
0.425s   <- broker 1: EndTxn answered: next producer 1000/2
0.426s billing-0 has producer id 1000, epoch 2
0.426s billing-0 has committed transaction 2
0.426s billing-0 begins transaction 3
0.426s billing-0 sends record 9 to invoices-0
0.426s   -> broker 1: Produce acks=all: invoices-0 record 9 of producer 1000/2 from sequence 0
0.426s   <- broker 1: Produce answered: invoices-0@9
0.427s billing-0 has its answer for record 9 to invoices-0 at @9
0.450s billing-0 sends record 10 to invoices-0
0.450s   -> broker 1: Produce acks=all: invoices-0 record 10 of producer 1000/2 from sequence 1
0.450s   <- broker 1: Produce answered: invoices-0@10
0.451s billing-0 has its answer for record 10 to invoices-0 at @10
0.475s billing-0 calls commitTransaction() for transaction 3
0.475s billing-0 sends record 11 to invoices-0
0.475s   -> broker 1: Produce acks=all: invoices-0 record 11 of producer 1000/2 from sequence 2
0.475s   <- broker 1: Produce answered: invoices-0@11
0.476s billing-0 has its answer for record 11 to invoices-0 at @11
0.476s   -> broker 1: EndTxn commit billing-0 of producer 1000/2
0.476s   <- broker 1: EndTxn answered: next producer 1000/3
0.477s billing-0 has producer id 1000, epoch 3
0.477s billing-0 has committed transaction 3
