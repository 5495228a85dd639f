# send() outside of a transaction throws after the record is queued: it goes out with the next transaction that has its partition.
# The sender was not woken up for it, nor is it for what joins its batch.
# Kafka: KafkaProducer.doSend (clients)

given
ready
send 0
state
----
0.200s shop send() throws IllegalStateException: not possible in this state of the producer, but record 0 to orders-0 stays queued
0.200s   send() throws IllegalStateException: not possible in this state of the producer
0.200s no call blocks, something is open

begin
send 0
----
0.200s shop begins transaction 1

commit
answer ok 0
answer ok
----
0.200s shop calls commitTransaction() for transaction 1
0.200s shop sends records 0..1 to orders-0
0.200s   -> broker 1: Produce acks=all: orders-0 records 0..1 of producer 1000/0 from sequence 0
0.200s   <- broker 1: Produce answered: orders-0@0
0.200s shop has its answer for records 0..1 to orders-0 at @0..1
0.200s   -> broker 2: EndTxn commit shop-1 of producer 1000/0
0.200s   <- broker 2: EndTxn answered: next producer 1000/1
0.200s shop has producer id 1000, epoch 1
0.200s shop has committed transaction 1
