# A marker that comes again after a failover of the coordinator, or to a partition without records, closes nothing and
# is written all the same. What it aborts is not listed.
# Kafka: ProducerAppendInfo.appendEndTxnMarker (storage)

given
send a 1
abort a
abort a
commit b
read committed
index
----
0 ax1: last stable offset 0, high watermark 1, log end 1
1 ABORT of a, closes what began at 0: last stable offset 2, high watermark 2, log end 2
2 ABORT of a, closes nothing: last stable offset 3, high watermark 3, log end 3
3 COMMIT of b, closes nothing: last stable offset 4, high watermark 4, log end 4
    0:ax1 1:ABORT(a) 2:ABORT(a) 3:COMMIT(b); aborted: a from 0
    segment 0: (a, first 0, marker 1, last stable offset 2)
