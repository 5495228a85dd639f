# Who is told to stop ends its transaction first.
# Kafka: KafkaProducer (clients), the loop of its documentation

given records=100 gap=100ms
hide FindCoordinator may
until 400ms
skip
until 450ms
shutdown
until 1s
----
0.401s billing-0 has its answer for record 2 to invoices-0 at @2
0.450s billing-0 calls commitTransaction() for transaction 1
0.450s   -> broker 1: EndTxn commit billing-0 of producer 1000/0
0.450s   <- broker 1: EndTxn answered: next producer 1000/1
0.451s billing-0 has producer id 1000, epoch 1
0.451s billing-0 has committed transaction 1
0.451s exits
