# The first partition of a transaction is added again after 20 ms while the one before is being completed; a later one after retry.backoff.ms.
# Kafka: TransactionManager.AddPartitionsToTxnHandler.maybeOverrideRetryBackoffMs (clients); KAFKA-5482

given version=1 partitions=2
ready
begin
send 0
answer CONCURRENT_TRANSACTIONS
until 230ms
answer ok
answer ok 0
send 1
answer CONCURRENT_TRANSACTIONS
until 400ms
answer ok
----
0.200s shop begins transaction 1
0.200s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.200s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0 CONCURRENT_TRANSACTIONS
0.220s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-0
0.230s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-0
0.230s shop sends record 0 to orders-0
0.230s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
0.230s   <- broker 1: Produce answered: orders-0@0
0.230s shop has its answer for record 0 to orders-0 at @0
0.230s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-1
0.230s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-1 CONCURRENT_TRANSACTIONS
0.330s   -> broker 2: AddPartitionsToTxn shop-1 of producer 1000/0: orders-1
0.400s   <- broker 2: AddPartitionsToTxn answered: shop-1: orders-1
0.400s shop sends record 0 to orders-1
0.400s   -> broker 2: Produce acks=all: orders-1 record 0 of producer 1000/0 from sequence 0
