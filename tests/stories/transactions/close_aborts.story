# close() sends what there is, then aborts the transaction that is open.
# Kafka: Sender.run (clients)

given linger.ms=1000
ready
begin
send 0
----
0.200s shop begins transaction 1

close
state
answer ok 0
answer ok
state
----
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s no call blocks, something is open
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0
0.200s   -> broker 2: EndTxn abort shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered: next producer 1000/1
0.200s shop has producer id 1000, epoch 1
0.200s no call blocks, nothing is open
