# Both leaders are asked at once: what the second gives waits for the next poll(), with its locks running, and what the first gave is acknowledged by itself.
# Kafka: ShareConsumeRequestManager.poll, ShareConsumerImpl.collect (clients)

given per.record=200ms
until 50ms
skip
produce 0 2
produce 1 2
until 300ms
describe
until 1.5s
----
