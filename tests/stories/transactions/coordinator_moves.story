# A coordinator that is gone, or is none any more, is looked for again; then the same request goes to the new one.
# Kafka: TransactionManager.lookupCoordinator (clients)

given
ready
begin
send 0
answer ok 0
----
0.200s shop begins transaction 1
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0

commit
answer NOT_COORDINATOR
answer ok 3
until 400ms
disconnect 3
answer ok 1
until 700ms
answer COORDINATOR_LOAD_IN_PROGRESS
until 900ms
answer CONCURRENT_TRANSACTIONS
until 1100ms
answer ok
----
0.200s shop calls commitTransaction() for transaction 1
0.200s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered: NOT_COORDINATOR
0.200s   -> broker 2: FindCoordinator transaction shop-1
0.200s   <- broker 2: FindCoordinator answered: broker 3
0.300s   -> broker 3: EndTxn commit shop-1 of producer 1000/0
0.400s the connection breaks
0.400s   -> broker 1: FindCoordinator transaction shop-1
0.400s   <- broker 1: FindCoordinator answered: broker 1
0.500s   -> broker 1: EndTxn commit shop-1 of producer 1000/0
0.700s   <- broker 1: EndTxn answered: COORDINATOR_LOAD_IN_PROGRESS
0.800s   -> broker 1: EndTxn commit shop-1 of producer 1000/0
0.900s   <- broker 1: EndTxn answered: CONCURRENT_TRANSACTIONS
1.000s   -> broker 1: EndTxn commit shop-1 of producer 1000/0
1.100s   <- broker 1: EndTxn answered: next producer 1000/1
1.100s shop has producer id 1000, epoch 1
1.100s shop has committed transaction 1
