# A record that cannot be processed and is released comes again, until it was delivered five times; what comes behind it does not wait.
# Kafka: KafkaShareConsumer (clients); group.share.delivery.count.limit

given share.acknowledgement.mode=explicit poison=release
until 50ms
skip
produce 0 3 poison=1
until 1.5s
----
