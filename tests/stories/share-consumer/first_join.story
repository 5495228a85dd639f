# A member of a share group joins with one heartbeat, fetches from the leaders of all its partitions, and accepts what poll() returned with the next poll().
# Kafka: ShareMembershipManager, ShareConsumeRequestManager.poll, ShareConsumerImpl.collect (clients); KIP-932

given
until 50ms
produce 0 3
until 200ms
produce 0 2
until 1s
describe
----
