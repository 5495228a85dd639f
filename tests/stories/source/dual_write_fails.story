# The row is there, and the record is not: nothing takes the row back when a send() fails.
# Kafka: knows nothing of the database

given database=dual-write gap=20ms limit=2
hide FindCoordinator
until 199ms
skip
refused INVALID_RECORD
until 500ms
----
0.201s   -> broker 2: InitProducerId
0.201s   <- broker 2: InitProducerId answered: producer 1000/0
0.202s billing-0 has producer id 1000, epoch 0
0.202s billing-0 writes row 0 to its database
0.204s billing-0 sends row 0 as record 0 to invoices-0
0.205s billing-0 sends record 0 to invoices-0
0.205s   -> broker 1: Produce acks=all: invoices-0 record 0 of producer 1000/0 from sequence 0
0.205s   <- broker 1: Produce answered: invoices-0 INVALID_RECORD
0.206s billing-0 gives up record 0 for invoices-0: InvalidRecordException [it is not in the log]
0.206s billing-0 has producer id 1000, epoch 1
0.206s billing-0 has row 0 in its database, and will not send it
0.222s billing-0 writes row 1 to its database
0.224s billing-0 sends row 1 as record 1 to invoices-0
0.224s billing-0 sends record 1 to invoices-0
0.224s   -> broker 1: Produce acks=all: invoices-0 record 1 of producer 1000/1 from sequence 0
0.224s   <- broker 1: Produce answered: invoices-0@0
0.225s billing-0 has its answer for record 1 to invoices-0 at @0
