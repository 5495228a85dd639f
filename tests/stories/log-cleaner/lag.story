# A segment with a record younger than min.compaction.lag.ms is not cleaned, nor what comes behind it. What waits for longer than
# max.compaction.lag.ms is cleaned however little of the log is dirty; and the active segment rolls after that time, if something
# is appended.
# Kafka: LogCleanerManager.cleanableOffsets, maxCompactionDelay, LogConfig.maxSegmentMs (storage)

given segment.bytes=400 min.compaction.lag.ms=20000 max.compaction.lag.ms=60000 min.cleanable.dirty.ratio=0.9
send 1 1
send 1 1
after 10s
send 1 1
send 1 1
clean
after 11s
clean
after 10s
clean
after 30s
clean
show
after 60s
send 5
clean
show
----
10s: nothing may be cleaned
21s: dirty 0..4, 530 B of 530: due
    cleaned up to 4: 0 1 2 go
31s: dirty 4..6, 265 B of 428: not worth it
61s: dirty 4..6, 265 B of 428: not worth it
    0 (0 B): nothing
    2 (163 B): 3=1
    4 (265 B): 4=1,5=1
    active 6 (265 B): 6=1,7=1
121s: dirty 4..8, 530 B of 693: overdue
    cleaned up to 8: 3 4 5 6 go
    0 (0 B): nothing
    4 (0 B): nothing
    6 (163 B): 7=1
    active 8 (163 B): 8=5
