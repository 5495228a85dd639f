# librdkafka commits in the background what it has handed out: the record that is worked on is committed before it is done.
# librdkafka: rd_kafka_cgrp_offset_commit_tmr_cb (src/rdkafka_cgrp.c), enable.auto.offset.store

given client=librdkafka-2.x per.record=7s
produce 0 2
until 4s
skip
until 16s
----
5.006s billing-0 sends a commit of 1 for orders-0 (position 1, generation 1)
5.006s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
5.006s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@1, orders-1@0
5.006s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
5.007s billing-0 is told that 1 of orders-0 is committed
5.007s billing-0 is told that 0 of orders-1 is committed
7.010s billing-0 processes orders-0@0
7.010s billing-0 gets orders-0@1 from poll(), high watermark 2
10.006s billing-0 sends a commit of 2 for orders-0 (position 2, generation 1)
10.006s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
10.006s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@2, orders-1@0
10.006s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
10.007s billing-0 is told that 2 of orders-0 is committed
10.007s billing-0 is told that 0 of orders-1 is committed
14.010s billing-0 processes orders-0@1
15.006s billing-0 sends a commit of 2 for orders-0 (position 2, generation 1)
15.006s billing-0 sends a commit of 0 for orders-1 (position 0, generation 1)
15.006s   -> broker 1: OffsetCommit billing as billing-0#1 generation 1: orders-0@2, orders-1@0
15.006s   <- broker 1: OffsetCommit answered: orders-0 ok, orders-1 ok
15.007s billing-0 is told that 2 of orders-0 is committed
15.007s billing-0 is told that 0 of orders-1 is committed
