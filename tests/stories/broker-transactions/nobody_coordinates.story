# While nobody coordinates the id, a leader has the producer come again with NOT_ENOUGH_REPLICAS, which makes it look for no
# other leader.
# Kafka: ReplicaManager.handleProduceAppend (COORDINATOR_NOT_AVAILABLE, NETWORK_EXCEPTION)

given
connect a 1
connect b 2
init b
pass 500ms
crash 2
pass 10ms
produce a
pass 100ms
----
4.169s   client -> broker 2: InitProducerId billing
4.170s broker 2 appends __transaction_state-0@0 (epoch 0): record 0 of broker 2
4.172s transaction billing Empty (producer 0, epoch 0; broker 2)
4.173s   client <- InitProducerId answered: producer 0/0
4.670s   client: the connection is gone
4.670s   client: the connection is gone
4.679s   client -> broker 1: Produce acks=all: orders-0 record 0 of producer 0/0 from sequence 0
4.681s broker 1 refuses record 0 of client for orders-0: NOT_ENOUGH_REPLICAS
4.682s   client <- Produce answered: orders-0 NOT_ENOUGH_REPLICAS
