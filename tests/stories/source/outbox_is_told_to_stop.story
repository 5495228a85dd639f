# The relay stops with its process; a row that is not sent waits for the next life.
# Kafka: knows nothing of the database

given database=outbox gap=20ms limit=3
hide FindCoordinator
until 199ms
skip
until 201ms
shutdown
until 500ms
----
0.201s   -> broker 2: InitProducerId
0.201s   <- broker 2: InitProducerId answered: producer 1000/0
0.202s billing-0 has producer id 1000, epoch 0
0.202s billing-0 writes row 0 to its database
0.204s exits
