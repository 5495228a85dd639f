# With acks=0 a batch is done when it is written. Not written yet when the connection breaks: that is noticed.
# Kafka: NetworkClient.handleCompletedSends, Sender.handleProduceResponse (clients)

given burst=1 every=10ms limit=2 acks=0 enable.idempotence=false linger.ms=5
until 5ms
written
----
0.000s   -> broker 2: Metadata orders
0.005s shop sends record 0 to orders-0
0.005s   -> broker 1: Produce acks=0: orders-0 record 0
0.005s the request is written
0.005s shop counts record 0 to orders-0 as delivered (acks=0)

until 15ms
disconnect 1
until 200ms
written
----
0.015s shop sends record 1 to orders-0
0.015s   -> broker 1: Produce acks=0: orders-0 record 1
0.015s the connection breaks
0.015s shop will send record 1 to orders-0 again: NETWORK_EXCEPTION
0.100s   -> broker 2: Metadata orders
0.124s shop sends record 1 to orders-0 again
0.124s   -> broker 1: Produce acks=0: orders-0 record 1
0.200s the request is written
0.200s shop counts record 1 to orders-0 as delivered (acks=0)
