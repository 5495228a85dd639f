# One request that times out fails all requests of its connection.
# Kafka: NetworkClient.handleTimedOutRequests (clients)

given burst=1 every=400ms limit=3 enable.idempotence=false batch.size=1 linger.ms=0 request.timeout.ms=1000
until 1000ms
----
0.000s   -> broker 2: Metadata orders
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0
0.400s shop sends record 1 to orders-0
0.400s   -> broker 1: Produce acks=all: orders-0 record 1
0.800s shop sends record 2 to orders-0
0.800s   -> broker 1: Produce acks=all: orders-0 record 2
1.000s shop will send record 0 to orders-0 again: REQUEST_TIMED_OUT
1.000s shop will send record 1 to orders-0 again: REQUEST_TIMED_OUT
1.000s shop will send record 2 to orders-0 again: REQUEST_TIMED_OUT
1.000s closes the connection
1.000s   -> broker 2: Metadata orders
