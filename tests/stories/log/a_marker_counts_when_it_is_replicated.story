# A marker moves the last stable offset when the high watermark has passed it, not when it is appended. Records of no
# transaction wait behind an open one, too.
# Kafka: ProducerStateManager.onHighWatermarkUpdated, UnifiedLog.maybeIncrementFirstUnstableOffset (storage)

given
send a 2
lags
plain 1
commit a
read committed
----
0 ax2: last stable offset 0, high watermark 2, log end 2
2 x1: last stable offset 0, high watermark 2, log end 3
3 COMMIT of a, closes what began at 0: last stable offset 0, high watermark 2, log end 4
    nothing

replicate to=3
replicate to=4
read committed
----
replicated: last stable offset 0, high watermark 3, log end 4
replicated: last stable offset 4, high watermark 4, log end 4
    0:ax2 2:x1 3:COMMIT(a)
