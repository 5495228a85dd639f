# Since 4.4 the epoch before the last is written: a retry that crosses a failover gets what the first attempt got.
# Kafka: TransactionLog.valueToBytes (trunk after 4.3), KAFKA-20357

given kafka=4.4 level=1
quietly init x
init x keeps=yes
failover
init x keeps=yes epoch=0
----
0.000s x -> InitProducerId billing producer 1000/0
    append billing of producer 1000/1 is Empty
    transaction billing Empty (producer 1000, epoch 1; broker 1)
    x <- InitProducerId answered: producer 1000/1
0.000s elected in epoch 8, log end 2
    broker 2 coordinates __transaction_state-0 now (epoch 8)
0.000s x -> InitProducerId billing producer 1000/0
    append billing of producer 1000/1 is Empty
    transaction billing Empty (producer 1000, epoch 1; broker 2)
    x <- InitProducerId answered: producer 1000/1
