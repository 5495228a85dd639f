# A process that dies with what poll() returned has acknowledged none of it: its connection ends its share session, and everything comes again.
# Kafka: KafkaShareConsumer (clients)

given share.acknowledgement.mode=explicit poison=crash
until 50ms
skip
produce 0 3 poison=1
until 400ms
----
