# A tombstone removes the values of its key at once, and itself only by a cleaning that comes delete.retention.ms after the first one
# that has found it. If no cleaning comes, it stays.
# Kafka: MemoryRecords.filterTo, RecordBatch.deleteHorizonMs (clients), KIP-534

given segment.bytes=300 delete.retention.ms=60000 min.cleanable.dirty.ratio=0
send 1 2
send -1
send 3
send 3
send 3
clean
show
after 59s
send 3
send 3
clean
show
after 1s
send 3
send 3
clean
show
----
0s: dirty 0..5, 664 B of 664: due
    cleaned up to 5: 0 3 go
    0 (163 B): 1=2
    2 (73 B): 2=-1 [may go at 60s]
    4 (163 B): 4=3
    active 5 (163 B): 5=3
59s: dirty 5..7, 326 B of 725: due
    cleaned up to 7: 4 5 go
    0 (236 B): 1=2 | 2=-1 [may go at 60s]
    4 (0 B): nothing
    5 (0 B): nothing
    6 (163 B): 6=3
    active 7 (163 B): 7=3
60s: dirty 7..9, 326 B of 725: due
    cleaned up to 9: 2 6 7 go
    0 (163 B): 1=2
    6 (0 B): nothing
    7 (0 B): nothing
    8 (163 B): 8=3
    active 9 (163 B): 9=3
