# A client of 2.8 speaks transactions as they were, also where the cluster's transaction.version is 2: it adds partitions itself, and keeps its epoch.
# Kafka: TransactionManager.maybeAddPartitionToTransaction (clients, 2.8); KIP-890, compatibility of old clients

given client=java-2.8 version=2 partitions=1
ready
begin
send 0
answer ok
answer ok 0
commit
answer ok
begin
send 0
answer ok
answer ok 1
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0
0.200s shop calls commitTransaction() for transaction 1
0.200s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered:
0.200s shop has committed transaction 1
0.200s shop begins transaction 2
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 1 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/0 from sequence 1
0.200s   <- broker 1: Produce answered: orders-0@1
0.200s shop has its answer for record 1 to orders-0 at @1
