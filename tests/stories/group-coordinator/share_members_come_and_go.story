# Everybody is at the group epoch with the next heartbeat: nobody has anything to give up. Who leaves, or is silent for
# group.share.session.timeout.ms, is out.
# Kafka: GroupMetadataManager.shareGroupFenceMember (group-coordinator)

given version=4.2
share-join a
persisted ok
share-join b
share-beat a
describe
share-quit a
share-beat b
describe
until 60s
describe
----
