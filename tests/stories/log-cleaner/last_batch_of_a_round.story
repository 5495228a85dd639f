# The last batch before the end of a round of cleaning stays, if need be empty: it tells of the last offset.
# Kafka: Cleaner.cleanInto (upperBoundOffsetOfCleaningRound), KAFKA-7443 (storage)

given segment.bytes=330
send 1
transactional a 1
abort a
transactional a 2
commit a
clean
show
----
