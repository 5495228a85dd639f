# A fetch session remembers what its client asked for, and answers with what is new.
# Kafka: FetchSession, IncrementalFetchContext (server); KIP-227

given min.insync.replicas=2
connect producer 1
connect consumer 1
produce producer
pass 20ms
fetch consumer offset=0 session=0
pass 20ms
fetch consumer offset=1 session=1
pass 600ms
----
4.063s   client -> broker 1: Produce acks=all: orders-0 record 0
4.064s broker 1 appends orders-0@0 (epoch 0): record 0 of client
4.065s broker 2 copies orders-0@0 (epoch 0): record 0 of client
4.065s broker 3 copies orders-0@0 (epoch 0): record 0 of client
4.066s broker 1 high watermark of orders-0 is 1 of 1, isr [1,2,3]
4.066s broker 1 confirms orders-0@0; high watermark 1, 3 in the ISR
4.067s   client <- Produce answered: orders-0@0
4.083s   client -> broker 1: Fetch session 0: orders-0@0
4.085s   client <- Fetch answered: orders-0 high watermark 1 record 0 @0 epoch 0
4.103s   client -> broker 1: Fetch session 1: orders-0@1
4.567s broker 2 learns high watermark 1 of orders-0 (its log ends at 1)
4.567s broker 3 learns high watermark 1 of orders-0 (its log ends at 1)
4.605s   client <- Fetch answered: -

produce producer first=1
pass 20ms
fetch consumer session=2
pass 20ms
----
4.703s   client -> broker 1: Produce acks=all: orders-0 record 1
4.704s broker 1 appends orders-0@1 (epoch 0): record 1 of client
4.705s broker 2 copies orders-0@1 (epoch 0): record 1 of client
4.705s broker 3 copies orders-0@1 (epoch 0): record 1 of client
4.706s broker 1 high watermark of orders-0 is 2 of 2, isr [1,2,3]
4.706s broker 1 confirms orders-0@1; high watermark 2, 3 in the ISR
4.707s   client <- Produce answered: orders-0@1
4.723s   client -> broker 1: Fetch session 2: -
4.725s   client <- Fetch answered: orders-0 high watermark 2 record 1 @1 epoch 0

# Another epoch than the next one: the client begins a new session.
fetch consumer session=7
pass 20ms
----
4.743s   client -> broker 1: Fetch session 7: -
4.745s   client <- Fetch answered: INVALID_FETCH_SESSION_EPOCH -
