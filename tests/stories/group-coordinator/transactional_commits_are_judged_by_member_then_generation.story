# Who tells of its membership is held to it: first the member, then the generation. The group's state does not matter: a
# member that has joined may commit before it has its assignment. Who only names the group is not fenced at all.
# Kafka: ClassicGroup.validateOffsetCommit (group-coordinator), isTransactional; KIP-447

given
quiet
stable a b
aloud
join a
txn-commit b producer=7 0@10
----
6.010s a -> JoinGroup billing as a#1: range orders (session 45.000s, rebalance 300.000s)
    timer join at 306.010s
    group billing PreparingRebalance, generation 1, 2 members
6.010s b -> TxnOffsetCommit copier of producer 7/0: billing as b#1 generation 1: orders-0@10
    append in the transaction of (7,0) billing commits orders-0@10 epoch 0 at 6.010s
    group billing has 10 for orders-0 once the transaction of producer 7 commits
    b <- TxnOffsetCommit answered: orders-0

# b has joined the next generation, and has no assignment yet.
quiet
join b
pass 1s
aloud
txn-commit b producer=7 0@11
client b generation=1
txn-commit b producer=7 0@12
client c generation=2
txn-commit c producer=7 0@14
----
7.010s b -> TxnOffsetCommit copier of producer 7/0: billing as b#1 generation 2: orders-0@11
    append in the transaction of (7,0) billing commits orders-0@11 epoch 0 at 7.010s
    group billing has 11 for orders-0 once the transaction of producer 7 commits
    b <- TxnOffsetCommit answered: orders-0
7.010s b -> TxnOffsetCommit copier of producer 7/0: billing as b#1 generation 1: orders-0@12
    group billing refuses a commit for orders-0: ILLEGAL_GENERATION
    b <- TxnOffsetCommit answered: orders-0 ILLEGAL_GENERATION
7.010s c -> TxnOffsetCommit copier of producer 7/0: billing as nobody generation 2: orders-0@14
    group billing refuses a commit for orders-0: UNKNOWN_MEMBER_ID
    c <- TxnOffsetCommit answered: orders-0 UNKNOWN_MEMBER_ID

# Somebody who names the group and no more.
outside c
txn-commit c producer=8 1@5
end commit producer=8
----
7.010s c -> TxnOffsetCommit copier of producer 8/0: billing as nobody generation -1: orders-1@5
    append in the transaction of (8,0) billing commits orders-1@5 epoch 0 at 7.010s
    group billing has 5 for orders-1 once the transaction of producer 8 commits
    c <- TxnOffsetCommit answered: orders-1
7.010s wanted: COMMIT marker of (8,1), coordinator epoch 0
    append COMMIT marker of (8,1), coordinator epoch 0
    group billing stores 5 for orders-1
    marker: Ok(())
