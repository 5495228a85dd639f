# An error that names the new leader: the batch goes there at once, without backoff and before any metadata.
# Kafka: KIP-951; Sender.handleProduceResponse, ProducerBatch.hasLeaderChangedForTheOngoingRetry

given burst=1 limit=1 linger.ms=0
until 10ms
answer NOT_LEADER_OR_FOLLOWER leader 2 7
until 200ms
----
0.000s   -> broker 2: InitProducerId
0.000s   -> broker 2: Metadata orders
0.000s shop has producer id 4000, epoch 0
0.000s shop sends record 0 to orders-0
0.000s   -> broker 1: Produce acks=all: orders-0 record 0 of producer 4000/0 from sequence 0
0.010s   <- broker 1: Produce answered: orders-0 NOT_LEADER_OR_FOLLOWER
0.010s shop will send record 0 to orders-0 again: NOT_LEADER_OR_FOLLOWER
0.010s shop sends record 0 to orders-0 again
0.010s   -> broker 2: Produce acks=all: orders-0 record 0 of producer 4000/0 from sequence 0
0.100s   -> broker 1: Metadata orders
