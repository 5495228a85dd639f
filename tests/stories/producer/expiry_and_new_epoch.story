# A batch that expires after a retry leaves a gap: the broker still wants its sequence. What comes after it is refused
# until the producer takes a new epoch, and begins again at sequence 0.
# Kafka: TransactionManager.markSequenceUnresolved, maybeResolveSequences, bumpIdempotentProducerEpoch (clients); KIP-360

given burst=1 every=700ms limit=3 batch.size=1 linger.ms=0 delivery.timeout.ms=2000 request.timeout.ms=1000 retry.backoff.max.ms=100
answer ok 0
until 1400ms
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 4000/0 from sequence 0
0.000s   <- broker 1: Produce answered: orders-0@0
0.000s shop has its answer for record 0 to orders-0 at @0
0.700s shop sends record 1 to orders-0
0.700s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
1.400s shop sends record 2 to orders-0
1.400s   -> broker 1: Produce acks=all: orders-0 record 2 of producer 4000/0 from sequence 2

# The second record is refused until it expires at 2.7 s; the third follows it.
refuse 1
answer ok 1
----
1.400s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
1.400s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
1.400s   <- broker 1: Produce answered: orders-0 OUT_OF_ORDER_SEQUENCE_NUMBER
1.400s shop will send record 2 to orders-0 again: OUT_OF_ORDER_SEQUENCE_NUMBER
1.500s shop sends record 1 to orders-0 again
1.500s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
1.500s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
1.500s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
1.600s shop sends record 1 to orders-0 again
1.600s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
1.600s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
1.600s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
1.700s shop sends record 1 to orders-0 again
1.700s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
1.700s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
1.700s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
1.800s shop sends record 1 to orders-0 again
1.800s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
1.800s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
1.800s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
1.900s shop sends record 1 to orders-0 again
1.900s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
1.900s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
1.900s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
2.000s shop sends record 1 to orders-0 again
2.000s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
2.000s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
2.000s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
2.100s shop sends record 1 to orders-0 again
2.100s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
2.100s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
2.100s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
2.200s shop sends record 1 to orders-0 again
2.200s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
2.200s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
2.200s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
2.300s shop sends record 1 to orders-0 again
2.300s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
2.300s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
2.300s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
2.400s shop sends record 1 to orders-0 again
2.400s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
2.400s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
2.400s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
2.500s shop sends record 1 to orders-0 again
2.500s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
2.500s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
2.500s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
2.600s shop sends record 1 to orders-0 again
2.600s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
2.600s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
2.600s shop will send record 1 to orders-0 again: NOT_ENOUGH_REPLICAS
2.700s shop gives up record 1 for orders-0: TimeoutException: expired, delivery.timeout.ms since batch creation
2.700s shop sends record 1 to orders-0 again
2.700s   -> broker 1: Produce acks=all: orders-0 record 1 of producer 4000/0 from sequence 1
2.700s   <- broker 1: Produce answered: orders-0 NOT_ENOUGH_REPLICAS
2.701s shop sends record 2 to orders-0 again
2.701s   -> broker 1: Produce acks=all: orders-0 record 2 of producer 4000/0 from sequence 2
2.720s   <- broker 1: Produce answered: orders-0 OUT_OF_ORDER_SEQUENCE_NUMBER
2.720s shop will send record 2 to orders-0 again: OUT_OF_ORDER_SEQUENCE_NUMBER
2.720s shop has producer id 4000, epoch 1
2.820s shop sends record 2 to orders-0 again
2.820s   -> broker 1: Produce acks=all: orders-0 record 2 of producer 4000/1 from sequence 0
2.820s   <- broker 1: Produce answered: orders-0@1
2.820s shop has its answer for record 2 to orders-0 at @1
