# A member sends a SubscriptionPattern once, and no names; what it is then told to have are topics that it has never heard of, so that it asks for them first.
# Kafka: ConsumerHeartbeatRequestManager.buildRequestData, ConsumerMetadata.newMetadataRequestBuilder (clients)

given group.protocol=consumer commit=sync pattern=ord.* kafka=4.1
may - epoch=1
produce 0 2
until 3s
may 0,1 epoch=2
until 9s

# after an answer that never came it sends everything again
hang ConsumerGroupHeartbeat
until 16s
----
