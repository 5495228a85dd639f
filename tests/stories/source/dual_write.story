# A row, then its record: who dies in between leaves a row without one.
# Kafka: knows nothing of the database

given database=dual-write gap=20ms limit=3
hide FindCoordinator
until 199ms
skip
until 223ms
kill
until 500ms
----
0.201s   -> broker 2: InitProducerId
0.201s   <- broker 2: InitProducerId answered: producer 1000/0
0.202s billing-0 has producer id 1000, epoch 0
0.202s billing-0 writes row 0 to its database
0.204s billing-0 sends row 0 as record 0 to invoices-0
0.205s billing-0 sends record 0 to invoices-0
0.205s   -> broker 1: Produce acks=all: invoices-0 record 0 of producer 1000/0 from sequence 0
0.205s   <- broker 1: Produce answered: invoices-0@0
0.206s billing-0 has its answer for record 0 to invoices-0 at @0
0.222s billing-0 writes row 1 to its database
0.223s # the process dies, and is started again
0.223s billing-0 has row 1 in its database, and will not send it
0.224s   -> broker 2: InitProducerId
0.224s   <- broker 2: InitProducerId answered: producer 1000/1
0.225s billing-0 has producer id 1000, epoch 1
0.242s billing-0 writes row 2 to its database
0.244s billing-0 sends row 2 as record 1 to invoices-0
0.245s billing-0 sends record 1 to invoices-0
0.245s   -> broker 1: Produce acks=all: invoices-0 record 1 of producer 1000/1 from sequence 0
0.245s   <- broker 1: Produce answered: invoices-0@1
0.246s billing-0 has its answer for record 1 to invoices-0 at @1
