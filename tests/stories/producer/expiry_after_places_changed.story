# A batch that was overtaken by a younger one is given up as soon as it is the first of its queue again, if its time is
# over by then: the heads of the queues are looked at with every pass.
# Kafka: RecordAccumulator.expiredBatches, Sender.sendProducerData (clients)

given burst=1 every=300ms limit=2 enable.idempotence=false batch.size=1 linger.ms=0 delivery.timeout.ms=1000 request.timeout.ms=1000 retry.backoff.ms=400 retry.backoff.max.ms=400 reconnect.backoff.max.ms=50
until 310ms
answer NOT_ENOUGH_REPLICAS
unreachable
disconnect 1
----
0.000s   -> broker 2: Metadata orders
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0
0.300s shop sends record 1 to orders-0
0.300s   -> broker 1: Produce acks=all: orders-0 record 1
0.310s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
0.310s shop will send record 0 to orders-0 again: NOT_ENOUGH_REPLICAS
0.310s the connection breaks
0.310s shop will send record 1 to orders-0 again: NETWORK_EXCEPTION

until 1100ms
----
0.400s   -> broker 2: Metadata orders
0.800s   -> broker 2: Metadata orders

# The younger one is first in the queue, and in time. Behind it the older one is overdue.
reachable
until 1290ms
----
1.110s shop gives up record 0 for orders-0: TimeoutException: expired, delivery.timeout.ms since batch creation
1.110s shop sends record 1 to orders-0 again
1.110s   -> broker 1: Produce acks=all: orders-0 record 1
1.200s   -> broker 2: Metadata orders
