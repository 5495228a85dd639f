# kafkajs: each send() is tried again by itself, after 300 ms, 600 ms and so on: later ones overtake it, and the sixth attempt is the last.
# kafkajs: src/retry/index.js, src/retry/defaults.js

given client=kafkajs-2.2 burst=1 every=100ms limit=3
until 50ms
answer NOT_LEADER_OR_FOLLOWER
until 220ms
answer ok 0
answer ok 1
until 500ms
----

answer NOT_LEADER_OR_FOLLOWER
until 1500ms
answer NOT_LEADER_OR_FOLLOWER
until 4000ms
answer NOT_LEADER_OR_FOLLOWER
until 8000ms
answer NOT_LEADER_OR_FOLLOWER
until 20s
answer NOT_LEADER_OR_FOLLOWER
until 60s
----
