# kafkajs with acks: 'all': acks=0 on the wire, an answer awaited, and after the request timeout the same again.
# kafkajs: src/protocol/encoder.js (writeInt16 of a text), src/network/connection.js (acks !== 0)

given client=kafkajs-2.2 acks=0 in.vain=yes burst=1 limit=1
until 200s
----
0.000s   -> broker 2: Metadata orders
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=0: orders-0 record 0
30.000s shop will send record 0 to orders-0 again: REQUEST_TIMED_OUT
30.000s closes the connection
30.000s   -> broker 2: Metadata orders
30.325s shop sends record 0 to orders-0 again
30.325s   -> broker 1: Produce acks=0: orders-0 record 0
60.325s shop will send record 0 to orders-0 again: REQUEST_TIMED_OUT
60.325s closes the connection
60.325s   -> broker 2: Metadata orders
61.005s shop sends record 0 to orders-0 again
61.005s   -> broker 1: Produce acks=0: orders-0 record 0
91.005s shop will send record 0 to orders-0 again: REQUEST_TIMED_OUT
91.005s closes the connection
91.005s   -> broker 2: Metadata orders
92.442s shop sends record 0 to orders-0 again
92.442s   -> broker 1: Produce acks=0: orders-0 record 0
122.442s shop will send record 0 to orders-0 again: REQUEST_TIMED_OUT
122.442s closes the connection
122.442s   -> broker 2: Metadata orders
125.319s shop sends record 0 to orders-0 again
125.319s   -> broker 1: Produce acks=0: orders-0 record 0
155.319s shop will send record 0 to orders-0 again: REQUEST_TIMED_OUT
155.319s closes the connection
155.319s   -> broker 2: Metadata orders
160.795s shop sends record 0 to orders-0 again
160.795s   -> broker 1: Produce acks=0: orders-0 record 0
190.795s shop gives up record 0 for orders-0: TimeoutException: the request timed out [it may be in the log]
190.795s closes the connection
190.795s   -> broker 2: Metadata orders
