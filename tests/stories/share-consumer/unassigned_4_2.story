# A partition that is the member's no longer is acknowledged all the same with the next ShareFetch; a commit of it, as share.acknowledge.unsendable says: here of Kafka 4.2.
# Kafka: ShareConsumeRequestManager.commitSync, poll (clients)

given kafka=4.2 share.acknowledgement.mode=explicit commit=sync per.record=6s
until 50ms
skip
produce 0 1
produce 1 1
until 1s
may 1 epoch=2
until 20s
----
