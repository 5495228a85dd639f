# What is cut off takes its markers along: their transactions are open again, and are not listed as aborted. After a
# restart the list is what the markers in the log make it.
# Kafka: LogSegment.truncateTo, LogSegment.recover, TransactionIndex.truncateTo (storage)

given
send a 1
abort a
send b 1
abort b
index
truncate 3
index
read committed
----
0 ax1: last stable offset 0, high watermark 1, log end 1
1 ABORT of a, closes what began at 0: last stable offset 2, high watermark 2, log end 2
2 bx1: last stable offset 2, high watermark 3, log end 3
3 ABORT of b, closes what began at 2: last stable offset 4, high watermark 4, log end 4
    segment 0: (a, first 0, marker 1, last stable offset 2) (b, first 2, marker 3, last stable offset 4)
cut: last stable offset 2, high watermark 3, log end 3
    segment 0: (a, first 0, marker 1, last stable offset 2)
    0:ax1 1:ABORT(a); aborted: a from 0

restart
index
abort b
restart bytes=2100
index
read committed
----
recovered: last stable offset 2, high watermark 3, log end 3
    segment 0: (a, first 0, marker 1, last stable offset 2)
3 ABORT of b, closes what began at 2: last stable offset 4, high watermark 4, log end 4
recovered: last stable offset 2, high watermark 3, log end 3
    segment 0: (a, first 0, marker 1, last stable offset 2)
    0:ax1 1:ABORT(a); aborted: a from 0
