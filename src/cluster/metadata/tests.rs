//! What records do to an image.

use super::*;

fn image(records: &[MetadataRecord]) -> MetadataImage {
    let mut image = MetadataImage::default();
    for (record, offset) in records.iter().zip(0..) {
        image.apply(offset, record);
    }
    image
}

fn list(ids: &[u8]) -> BrokerList {
    ids.iter().map(|id| BrokerId(*id)).collect()
}

fn partition(tp: u32) -> MetadataRecord {
    MetadataRecord::Partition {
        tp: Tp(tp),
        replicas: list(&[1, 2, 3]),
        isr: list(&[1, 2, 3]),
        leader: Some(BrokerId(1)),
    }
}

fn change(leader: Option<Option<BrokerId>>, isr: Option<BrokerList>, recovering: bool) -> MetadataRecord {
    MetadataRecord::PartitionChange {
        tp: Tp(4),
        leader,
        isr,
        recovering,
        elr: None,
        last_known_elr: None,
        assignment: AssignmentChange::NONE,
    }
}

/// The two epochs after some changes of a new partition.
fn epochs(changes: &[MetadataRecord]) -> (i32, i32) {
    let records = [&[partition(4)], changes].concat();
    let image = image(&records);
    let partition = image.partition(Tp(4)).expect("created");
    (partition.leader_epoch.0, partition.partition_epoch.0)
}

#[test]
fn a_new_partition_starts_at_epoch_0() {
    assert_eq!(epochs(&[]), (0, 0));
}

#[test]
fn an_isr_change_alone_leaves_the_leader_epoch() {
    assert_eq!(epochs(&[change(None, Some(list(&[1, 2])), false)]), (0, 1));
}

#[test]
fn a_leader_field_raises_both_epochs_even_without_a_leader_or_with_the_same() {
    let (gone, same) = (change(Some(None), None, false), change(Some(Some(BrokerId(1))), None, false));
    assert_eq!(epochs(std::slice::from_ref(&gone)), (1, 1));
    assert_eq!(epochs(&[gone, same]), (2, 2));
}

#[test]
fn recovering_lasts_until_a_record_says_otherwise() {
    let unclean = change(Some(Some(BrokerId(2))), Some(list(&[2])), true);
    let before = image(&[partition(4), unclean.clone()]);
    let after = image(&[partition(4), unclean, change(None, Some(list(&[2, 3])), false)]);
    assert!(before.partition(Tp(4)).expect("created").recovering);
    assert!(!after.partition(Tp(4)).expect("created").recovering);
}

#[test]
fn a_broker_starts_fenced_and_its_next_incarnation_too() {
    let register = |incarnation, offset| MetadataRecord::RegisterBroker {
        rack: None,
        broker: BrokerId(2),
        incarnation,
        epoch: BrokerEpoch(offset),
    };
    let unfence = MetadataRecord::BrokerRegistrationChange {
        broker: BrokerId(2),
        epoch: BrokerEpoch(0),
        fenced: Some(false),
        in_controlled_shutdown: None,
    };
    let mut image = image(&[register(7, 0)]);
    assert!(!image.is_alive(BrokerId(2)));
    image.apply(1, &unfence);
    assert!(image.is_alive(BrokerId(2)));
    image.apply(2, &register(7, 0));
    assert!(image.is_alive(BrokerId(2)), "the same incarnation once more changes nothing");
    image.apply(3, &register(8, 3));
    assert!(!image.is_alive(BrokerId(2)));
    assert_eq!(image.broker(BrokerId(2)).expect("registered").epoch, BrokerEpoch(3));
    assert_eq!(image.brokers().map(|(id, _)| id).collect::<Vec<_>>(), [BrokerId(2)]);
}

#[test]
fn what_does_not_exist_is_not_there() {
    let image = image(&[partition(4)]);
    assert!(image.partition(Tp(3)).is_none() && image.partition(Tp(5)).is_none());
    assert!(image.topic(TopicId(0)).is_none() && image.broker(BrokerId(1)).is_none());
    assert_eq!(image.partitions().count(), 1);
    assert_eq!((image.offset(), MetadataImage::default().offset()), (0, -1));
}

#[test]
fn a_clone_shares_its_tables_until_one_of_the_two_changes() {
    let mut original = image(&[partition(4)]);
    let copy = original.clone();
    assert!(Rc::ptr_eq(&original.partitions, &copy.partitions));
    original.apply(1, &change(Some(None), None, false));
    assert_eq!(copy.partition(Tp(4)).expect("created").leader, Some(BrokerId(1)));
    assert_eq!(original.partition(Tp(4)).expect("created").leader, None);
}

#[test]
#[should_panic(expected = "in the order of the log")]
fn a_record_left_out_is_noticed() {
    image(&[partition(4)]).apply(2, &MetadataRecord::NoOp);
}

/// The partition, to break it.
fn first(image: &mut MetadataImage) -> &mut PartitionRegistration {
    Rc::make_mut(&mut image.partitions)[0].as_mut().expect("made")
}

#[test]
fn an_image_that_contradicts_itself_is_noticed() {
    crate::stage::broken::each_is_noticed(
        || image(&[partition(0)]),
        |image| image.check_invariants(0),
        &[
            ("the ISR is a subset of the replicas", |image| first(image).isr = list(&[1, 4])),
            ("a leader is in its ISR", |image| first(image).leader = Some(BrokerId(4))),
            ("the last member of an ISR stays in it", |image| {
                (first(image).leader, first(image).isr) = (None, BrokerList::EMPTY);
            }),
        ],
    );
}
