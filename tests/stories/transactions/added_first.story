# Below transaction.version 2 no batch is sent before the coordinator has its partition; sequences go on from one transaction to the next.
# Kafka: TransactionManager.maybeAddPartition, RecordAccumulator.shouldStopDrainBatchesForPartition (clients); KIP-98

given version=1 partitions=2
ready
begin
send 0
answer ok
answer ok 0
send 0
answer ok 1
send 1
answer ok
answer ok 0
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 0 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for record 0 to orders-0 at @0
0.200s shop sends record 1 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 1000/0 from sequence 1
0.200s   <- broker 1: Produce answered: orders-0@1
0.200s shop has its answer for record 1 to orders-0 at @1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-1
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-1
0.200s shop sends record 0 to orders-1
0.200s   -> broker 2: Produce acks=all: orders-1 record 0 of producer 1000/0 from sequence 0
0.200s   <- broker 2: Produce answered: orders-1@0
0.200s shop has its answer for record 0 to orders-1 at @0

commit
answer ok
----
0.200s shop calls commitTransaction() for transaction 1
0.200s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered:
0.200s shop has committed transaction 1

begin
send 0
answer ok
----
0.200s shop begins transaction 2
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.200s shop sends record 2 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 record 2 of producer 1000/0 from sequence 2
