# A call that has waited for max.block.ms throws, and its request goes on. The same call again waits for the same; no other may be made.
# Kafka: TransactionManager.handleCachedTransactionRequestResult (clients); KIP-588

given max.block.ms=1000
init
until 1000ms
----
0.000s   -> broker 3: FindCoordinator transaction shop-1
1.000s shop initTransactions() throws TimeoutException: no answer of the transaction coordinator within max.block.ms
1.000s   the call throws TimeoutException: no answer of the transaction coordinator within max.block.ms

begin
----
1.000s   beginTransaction() throws IllegalStateException: not possible in this state of the producer

commit
----
1.000s shop calls commitTransaction() for transaction 0
1.000s shop commitTransaction() throws IllegalStateException: not possible in this state of the producer for transaction 0
1.000s   the call throws IllegalStateException: not possible in this state of the producer

init
answer ok
until 1300ms
answer ok
----
1.000s   <- broker 3: FindCoordinator answered: broker 2
1.100s   -> broker 2: InitProducerId shop-1
1.300s   <- broker 2: InitProducerId answered: producer 1000/0
1.300s shop has producer id 1000, epoch 0
1.300s shop may begin transactions as shop-1: producer id 1000, epoch 0

begin
send 0
answer ok 0
----
1.300s shop begins transaction 2
1.300s shop sends record 0 to orders-0
1.300s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 1000/0 from sequence 0
1.300s   <- broker 1: Produce answered: orders-0@0
1.300s shop has its answer for record 0 to orders-0 at @0

commit
until 2300ms
----
1.300s shop calls commitTransaction() for transaction 2
1.300s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
2.300s shop commitTransaction() throws TimeoutException: no answer of the transaction coordinator within max.block.ms for transaction 2
2.300s   the call throws TimeoutException: no answer of the transaction coordinator within max.block.ms

abort
----
2.300s shop calls abortTransaction() for transaction 2
2.300s shop abortTransaction() throws IllegalStateException: not possible in this state of the producer for transaction 2
2.300s   the call throws IllegalStateException: not possible in this state of the producer

begin
send 0
----
2.300s   beginTransaction() throws IllegalStateException: not possible in this state of the producer
2.300s shop send() throws IllegalStateException: not possible in this state of the producer, but record 1 to orders-0 stays queued
2.300s   send() throws IllegalStateException: not possible in this state of the producer

commit
answer ok
----
2.300s shop calls commitTransaction() for transaction 2
2.300s   <- broker 2: EndTxn answered: next producer 1000/1
2.300s shop has producer id 1000, epoch 1
2.300s shop has committed transaction 2

begin
----
2.300s shop begins transaction 4
