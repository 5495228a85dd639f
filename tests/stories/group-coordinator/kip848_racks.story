# A member tells its rack when it joins, and that is written down. Another rack is written, too, and makes no other epoch: no assignor asks for racks.
# Kafka: GroupMetadataManager.consumerGroupHeartbeat, ConsumerGroupMember.maybeUpdateRackId, hasMemberSubscriptionChanged (group-coordinator); KIP-848

given
enroll a rack=a
pass 5ms
----

# A static member's next process would say so; what a heartbeat leaves out stays as it was.
beat a rack=b
pass 5ms
beat a
pass 5ms
describe
----
