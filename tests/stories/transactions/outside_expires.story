# A record that was sent outside of a transaction and expires makes the producer one that can only be closed,
# once something wakes the sender up.
# Kafka: TransactionManager.transitionTo (clients); KAFKA-14831

given delivery.timeout.ms=1000 request.timeout.ms=1000
ready
send 0
disconnect 2
until 1300ms
state
----
0.200s shop send() throws IllegalStateException: not possible in this state of the producer, but record 0 to orders-0 stays queued
0.200s   send() throws IllegalStateException: not possible in this state of the producer
0.200s the connection breaks
1.200s shop gives up record 0 for orders-0: TimeoutException: expired, delivery.timeout.ms since batch creation [it is not in the log]
1.200s shop producer fails: IllegalStateException: not possible in this state of the producer; it has to be closed
1.300s no call blocks, nothing is open, fatal: IllegalStateException: not possible in this state of the producer
