# A log is cleaned when more than min.cleanable.dirty.ratio of it was not cleaned yet. What is clean counts, too: the longer a log, the
# rarer it is cleaned.
# Kafka: LogCleanerManager.grabFilthiestCompactedLog, LogToClean (storage)

given segment.bytes=600
send 1 2
send 3 4
send 5
clean
send 1
send 6
send 7
send 8
send 9
clean
send 1
send 2
send 3
clean
----
0s: dirty 0..4, 530 B of 530: due
    cleaned up to 4: nothing goes
0s: dirty 4..7, 489 B of 1019: not worth it
0s: dirty 4..10, 978 B of 1508: due
    cleaned up to 10: 0 go
