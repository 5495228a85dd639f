# The application works before it ends a transaction: what comes meanwhile is sent in the next one.
# Kafka: KafkaProducer (clients), the loop of its documentation

given records=2 pause=30ms gap=20ms limit=14
hide FindCoordinator may
until 400ms
skip
until 600ms
----
0.427s billing-0 calls commitTransaction() for transaction 4
0.427s   -> broker 1: EndTxn commit billing-0 of producer 1000/3
0.427s   <- broker 1: EndTxn answered: next producer 1000/4
0.428s billing-0 has producer id 1000, epoch 4
0.428s billing-0 has committed transaction 4
0.428s billing-0 begins transaction 5
0.428s billing-0 sends records 8..9 to invoices-0
0.428s   -> broker 1: Produce acks=all: invoices-0 records 8..9 of producer 1000/4 from sequence 0
0.428s   <- broker 1: Produce answered: invoices-0@8
0.429s billing-0 has its answer for records 8..9 to invoices-0 at @8..9
0.458s billing-0 calls commitTransaction() for transaction 5
0.458s   -> broker 1: EndTxn commit billing-0 of producer 1000/4
0.458s   <- broker 1: EndTxn answered: next producer 1000/5
0.459s billing-0 has producer id 1000, epoch 5
0.459s billing-0 has committed transaction 5
0.459s billing-0 begins transaction 6
0.459s billing-0 sends records 10..11 to invoices-0
0.459s   -> broker 1: Produce acks=all: invoices-0 records 10..11 of producer 1000/5 from sequence 0
0.459s   <- broker 1: Produce answered: invoices-0@10
0.460s billing-0 has its answer for records 10..11 to invoices-0 at @10..11
0.489s billing-0 calls commitTransaction() for transaction 6
0.489s   -> broker 1: EndTxn commit billing-0 of producer 1000/5
0.489s   <- broker 1: EndTxn answered: next producer 1000/6
0.490s billing-0 has producer id 1000, epoch 6
0.490s billing-0 has committed transaction 6
0.490s billing-0 begins transaction 7
0.490s billing-0 sends records 12..13 to invoices-0
0.490s   -> broker 1: Produce acks=all: invoices-0 records 12..13 of producer 1000/6 from sequence 0
0.490s   <- broker 1: Produce answered: invoices-0@12
0.491s billing-0 has its answer for records 12..13 to invoices-0 at @12..13
0.520s billing-0 calls commitTransaction() for transaction 7
0.520s   -> broker 1: EndTxn commit billing-0 of producer 1000/6
0.520s   <- broker 1: EndTxn answered: next producer 1000/7
0.521s billing-0 has producer id 1000, epoch 7
0.521s billing-0 has committed transaction 7
