# Rows are sent until they are acknowledged: a life that has not heard of a row sends it again, as another record with its id.
# Kafka: knows nothing of the database

given database=outbox gap=20ms limit=3
hide FindCoordinator
until 199ms
skip
stopped
until 223ms
kill
until 500ms
----
0.201s   -> broker 2: InitProducerId
0.201s   <- broker 2: InitProducerId answered: producer 1000/0
0.202s billing-0 has producer id 1000, epoch 0
0.202s billing-0 writes row 0 to its database
0.202s billing-0 sends row 0 as record 0 to invoices-0
0.203s billing-0 sends record 0 to invoices-0
0.203s   -> broker 1: Produce acks=all: invoices-0 record 0 of producer 1000/0 from sequence 0
0.222s billing-0 writes row 1 to its database
0.222s billing-0 sends row 1 as record 1 to invoices-0
0.222s billing-0 sends record 1 to invoices-0
0.222s   -> broker 1: Produce acks=all: invoices-0 record 1 of producer 1000/0 from sequence 1
0.223s # the process dies, and is started again
0.223s billing-0 has no answer for record 0 to invoices-0
0.223s billing-0 has no answer for record 1 to invoices-0
0.224s   -> broker 2: InitProducerId
0.224s   <- broker 2: InitProducerId answered: producer 1000/1
0.225s billing-0 has producer id 1000, epoch 1
0.225s billing-0 sends row 0 as record 2 to invoices-0
0.225s billing-0 sends record 0 to invoices-0 again, as record 2 to invoices-0
0.225s billing-0 sends row 1 as record 3 to invoices-0
0.225s billing-0 sends record 1 to invoices-0 again, as record 3 to invoices-0
0.226s billing-0 sends records 2..3 to invoices-0
0.226s   -> broker 1: Produce acks=all: invoices-0 records 2..3 of producer 1000/1 from sequence 0
0.226s   <- broker 1: Produce answered: invoices-0@0
0.227s billing-0 has its answer for records 2..3 to invoices-0 at @0..1
0.242s billing-0 writes row 2 to its database
0.242s billing-0 sends row 2 as record 4 to invoices-0
0.242s billing-0 sends record 4 to invoices-0
0.242s   -> broker 1: Produce acks=all: invoices-0 record 4 of producer 1000/1 from sequence 2
0.242s   <- broker 1: Produce answered: invoices-0@2
0.243s billing-0 has its answer for record 4 to invoices-0 at @2
