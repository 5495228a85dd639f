# A consumer group stays one, even without members.
# Kafka: GroupMetadataManager.getOrMaybeCreateShareGroup (group-coordinator)

given version=4.2
quiet
enroll a
aloud
share-join b
quit a
share-join b
----
