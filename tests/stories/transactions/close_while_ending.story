# close() waits for the commit that timed out, and aborts nothing.
# Kafka: Sender.run, hasPendingTransactionalRequests (clients)

given max.block.ms=500
ready
begin
send 0
answer ok 0
commit
until 800ms
close
state
answer ok
state
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0
0.200s shop calls commitTransaction() for transaction 1
0.200s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
0.700s shop commitTransaction() throws TimeoutException: no answer of the transaction coordinator within max.block.ms for transaction 1
0.700s   the call throws TimeoutException: no answer of the transaction coordinator within max.block.ms
0.800s no call blocks, something is open
0.800s   <- broker 2: EndTxn answered: next producer 1000/1
0.800s shop has producer id 1000, epoch 1
0.800s no call blocks, nothing is open
