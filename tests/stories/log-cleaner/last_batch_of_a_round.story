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
0s: dirty 0..2, 326 B of 326: due
    cleaned up to 2: 1 go
    0 (224 B): 0=1 | a (1..1 empty)
    active 2 (319 B): a 2:ABORT | a 3=2 | a 4:COMMIT; aborted: a from 1 to 2
