# What the producer has not sent when its process dies is lost as well, and the row is there.
# Kafka: knows nothing of the database

given database=dual-write gap=20ms limit=2 linger.ms=50
hide FindCoordinator
until 199ms
skip
until 230ms
kill
until 500ms
----
0.201s   -> broker 2: InitProducerId
0.201s   <- broker 2: InitProducerId answered: producer 1000/0
0.202s billing-0 has producer id 1000, epoch 0
0.202s billing-0 writes row 0 to its database
0.204s billing-0 sends row 0 as record 0 to invoices-0
0.222s billing-0 writes row 1 to its database
0.224s billing-0 sends row 1 as record 1 to invoices-0
0.230s # the process dies, and is started again
0.230s billing-0 has no answer for records 0..1 to invoices-0
0.230s billing-0 has row 0 in its database, and will not send it
0.230s billing-0 has row 1 in its database, and will not send it
0.231s   -> broker 1: InitProducerId
0.231s   <- broker 1: InitProducerId answered: producer 1000/1
0.232s billing-0 has producer id 1000, epoch 1
