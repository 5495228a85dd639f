# Records of an aborted transaction go, whatever their keys are; its marker goes later: when nothing of the transaction is left, and
# delete.retention.ms after the cleaning that has found that out. The last batch of a producer stays, empty, for its sequences.
# Kafka: CleanedTransactionMetadata, Cleaner.cleanInto (storage)

given segment.bytes=300 delete.retention.ms=60000 min.cleanable.dirty.ratio=0
send 1
transactional a 1 2
abort a
transactional a 3
commit a
send 4
send 4
clean
show
after 1s
send 5
send 5
clean
show
after 61s
send 6
send 6
clean
show
restart
----
0s: dirty 0..7, 910 B of 910: due
    cleaned up to 7: 1 2 go
    0 (163 B): 0=1
    1 (0 B): nothing
    3 (241 B): a 3:ABORT | a 4=3; aborted: a from 1 to 3
    5 (241 B): a 5:COMMIT | 6=4
    active 7 (163 B): 7=4
1s: dirty 7..9, 326 B of 971: due
    cleaned up to 9: 6 go
    0 (163 B): 0=1
    3 (241 B): a 3:ABORT [may go at 61s] | a 4=3
    5 (78 B): a 5:COMMIT
    7 (163 B): 7=4
    8 (163 B): 8=5
    active 9 (163 B): 9=5
62s: dirty 9..11, 326 B of 1134: due
    cleaned up to 11: 3 8 go
    0 (163 B): 0=1
    3 (163 B): a 4=3
    5 (241 B): a 5:COMMIT | 7=4
    8 (0 B): nothing
    9 (163 B): 9=5
    10 (163 B): 10=6
    active 11 (163 B): 11=6
    producers: a epoch 0 sequence 2
