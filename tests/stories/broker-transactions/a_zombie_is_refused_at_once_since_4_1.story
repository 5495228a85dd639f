# A leader that knows a later epoch refuses a zombie without asking the coordinator (since 4.1).
# Kafka: UnifiedLog.maybeStartTransactionVerification (4.1.0), KAFKA-18042

given kafka=4.1
connect a 1
connect b 2
init b
pass 100ms
produce a
pass 100ms
init b
pass 200ms
init b
pass 200ms
skip
produce a epoch=0 seq=1 first=1
pass 100ms
----
4.769s   client -> broker 1: Produce acks=all: orders-0 record 1 of producer 0/0 from sequence 1
4.770s broker 1 refuses record 1 of client for orders-0: INVALID_PRODUCER_EPOCH
4.771s   client <- Produce answered: orders-0 INVALID_PRODUCER_EPOCH
