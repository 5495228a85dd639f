use proptest::prelude::*;

use super::*;

const LOG: FileId = file(0, 0);
const INDEX: FileId = file(1, 0);

const fn file(directory: u32, name: u64) -> FileId {
    FileId { directory: DirectoryId(directory), name }
}

fn ms(n: u64) -> Nanos {
    Nanos::from_millis(n)
}
fn secs(n: u64) -> Nanos {
    Nanos::from_secs(n)
}

/// One byte a nanosecond, flush 1 ms, write 20 µs.
fn disk() -> Disk {
    Disk::new(&DiskSpec { bytes_per_second: 1_000_000_000, ..DiskSpec::default() })
}

fn random() -> Stream {
    Stream::new(1, "power")
}

#[test]
fn a_page_cache_that_has_a_size_loses_what_came_first_and_what_is_read_again_takes_the_device() {
    let spec = DiskSpec {
        bytes_per_second: 1_000_000_000,
        page_cache: Some(1_000),
        read_latency: Nanos(7),
        ..DiskSpec::default()
    };
    let mut disk = Disk::new(&spec);
    let other = FileId { name: 9, ..LOG };
    disk.write(Nanos::ZERO, LOG, 800).unwrap();
    let now = Nanos(5_000);
    disk.write(now, other, 400).unwrap();
    assert!(!disk.is_cached(LOG) && disk.is_cached(other));
    assert_eq!(disk.read(now, LOG, 0..100), Ok(now + Nanos(107)), "they come from the device");
    assert_eq!(disk.read(now, LOG, 0..100), Ok(now), "and are there now");
    disk.delete(LOG);
    disk.write(Nanos(9_000), other, 500).unwrap();
    assert!(disk.is_cached(other), "what was deleted takes no room");
    assert_eq!(disk.read_ahead(10..1 << 30, 5), 10..15 + READ_AHEAD);
}

#[test]
fn a_write_returns_from_the_page_cache() {
    let mut disk = disk();
    assert_eq!(disk.write(ms(5), LOG, 1_000_000), Ok(ms(5) + Nanos::from_micros(20)));
    assert_eq!((disk.len(LOG), disk.durable_len(ms(5), LOG)), (1_000_000, 0));
}

#[test]
fn a_flush_waits_for_the_device_and_makes_durable_what_was_written_before_it() {
    let mut disk = disk();
    disk.write(ms(0), LOG, 2_000_000).unwrap();
    let done = disk.flush(ms(10), LOG).unwrap();
    assert_eq!(done, ms(13));
    disk.write(ms(11), LOG, 500).unwrap();
    assert_eq!(disk.durable_len(ms(12), LOG), 0, "under way");
    assert_eq!(disk.durable_len(done, LOG), 2_000_000, "not what was written after the call");
}

#[test]
fn flushes_queue_for_the_device() {
    let mut disk = disk();
    disk.write(ms(0), LOG, 4_000_000).unwrap();
    assert_eq!(disk.flush(ms(0), LOG), Ok(ms(5)));
    assert_eq!(disk.flush(ms(1), INDEX), Ok(ms(6)));
}

#[test]
fn writeback_comes_every_five_seconds_for_pages_thirty_seconds_old() {
    let mut disk = disk();
    disk.write(secs(1), LOG, 10).unwrap();
    disk.write(secs(4), LOG, 10).unwrap();
    disk.write(secs(6), LOG, 10).unwrap();
    for (at, durable) in [(34, 0), (35, 20), (39, 20), (40, 30)] {
        assert_eq!(disk.durable_len(secs(at), LOG), durable, "at {at}");
    }
}

#[test]
fn extents_stay_few_however_long_a_file_is_written() {
    let mut disk = disk();
    for n in 0..200_000 {
        disk.write(ms(n), LOG, 1).unwrap();
    }
    assert!(disk.file(LOG).unwrap().extents() <= 9, "{} extents", disk.file(LOG).unwrap().extents());
    assert_eq!(disk.durable_len(ms(200_000), LOG), 170_001, "all written up to second 170");
}

#[test]
fn power_loss_keeps_a_prefix_between_durable_and_written() {
    let mut lengths = Vec::new();
    let mut random = random();
    for _ in 0..300 {
        let mut disk = disk();
        disk.write(ms(0), LOG, 100).unwrap();
        let flushed = disk.flush(ms(0), LOG).unwrap();
        disk.write(flushed, LOG, 10).unwrap();
        disk.write(flushed, INDEX, 1).unwrap();
        disk.power_loss(flushed, &mut random);
        assert_eq!(disk.durable_len(flushed, LOG), disk.len(LOG), "what is left is on the device");
        lengths.push(disk.len(LOG));
    }
    lengths.sort();
    lengths.dedup();
    assert_eq!(lengths, (100..=110).collect::<Vec<_>>());
}

#[test]
fn power_loss_draws_once_for_each_file_with_bytes_in_it() {
    let mut disk = disk();
    disk.write(ms(0), file(5, 0), 10).unwrap();
    let done = disk.flush(ms(0), file(5, 0)).unwrap();
    let (mut drawn, mut once) = (random(), random());
    disk.power_loss(done, &mut drawn);
    once.next_u64();
    assert_eq!(drawn.next_u64(), once.next_u64());
    assert_eq!(disk.len(file(5, 0)), 10);
}

#[test]
fn what_is_recently_written_is_read_from_the_cache_and_after_power_loss_from_the_device() {
    let mut disk = disk();
    disk.write(ms(0), LOG, 2_000_000).unwrap();
    let now = disk.flush(ms(0), LOG).unwrap();
    assert_eq!(disk.read(now, LOG, 0..2_000_000), Ok(now));
    disk.power_loss(now, &mut random());
    assert_eq!(disk.read(now, LOG, 1_000_000..2_000_000), Ok(now + ms(1)));
    assert_eq!(disk.read(now + ms(1), LOG, 1_000_000..2_000_000), Ok(now + ms(1)), "cached by the first read");
    assert_eq!(disk.read(now + ms(1), LOG, 0..2_000_000), Ok(now + ms(2)), "half of it is");
}

#[test]
fn a_part_of_a_file_is_fetched_by_itself() {
    let mut disk = disk();
    disk.write(ms(0), LOG, 3_000_000).unwrap();
    let now = disk.flush(ms(0), LOG).unwrap();
    disk.power_loss(now, &mut random());
    assert_eq!(disk.read(now, LOG, 1_000_000..2_000_000), Ok(now + ms(1)));
    assert_eq!(disk.read(now + ms(1), LOG, 1_500_000..2_000_000), Ok(now + ms(1)));
    assert!(!disk.is_cached(LOG));
    assert_eq!(disk.read(now + ms(1), LOG, 0..9_000_000), Ok(now + ms(3)), "before it and behind it");
    assert!(disk.is_cached(LOG));
}

#[test]
fn a_stalled_disk_serves_nothing_and_writes_nothing_back() {
    let mut disk = disk();
    disk.write(secs(1), LOG, 10).unwrap();
    disk.begin(DiskFault::Stalled(secs(60)));
    assert_eq!(disk.ready_at(secs(2)), secs(60));
    assert_eq!(disk.write(secs(2), LOG, 5), Ok(secs(60) + Nanos::from_micros(20)));
    assert_eq!(disk.read(secs(2), LOG, 0..10), Ok(secs(2)), "the page cache serves");
    assert_eq!(disk.durable_len(secs(59), LOG), 0, "the round at 35 s did not take place");
    assert_eq!(disk.durable_len(secs(60), LOG), 10);
    assert_eq!(disk.durable_len(secs(90), LOG), 15);
}

#[test]
fn a_flush_under_way_when_the_disk_stalls_keeps_its_promise() {
    let mut disk = disk();
    disk.write(ms(0), LOG, 10_000_000).unwrap();
    let done = disk.flush(ms(0), LOG).unwrap();
    disk.begin(DiskFault::Stalled(secs(60)));
    assert_eq!(disk.durable_len(done, LOG), 10_000_000);
}

#[test]
fn a_slow_disk_takes_longer_for_everything() {
    let mut disk = disk();
    disk.begin(DiskFault::Slow(10));
    assert_eq!(disk.write(ms(0), LOG, 1_000_000), Ok(Nanos::from_micros(200)));
    assert_eq!(disk.flush(ms(0), LOG), Ok(ms(20)));
    disk.end(DiskFault::Slow(10));
    assert_eq!(disk.write(ms(30), LOG, 0), Ok(ms(30) + Nanos::from_micros(20)));
}

#[test]
fn writers_too_far_ahead_of_the_device_are_held_to_its_speed() {
    let mut disk = disk();
    let burst = DIRTY_LIMIT + 5_000_000;
    disk.write(ms(0), LOG, burst).unwrap();
    assert_eq!(disk.ready_at(ms(0)), ms(5));
    assert_eq!(disk.write(ms(0), LOG, 1), Ok(ms(5) + Nanos::from_micros(20)));
    assert_eq!(disk.ready_at(ms(100)), ms(100), "the device has caught up");
}

#[test]
fn a_full_disk_refuses_writes_and_keeps_what_it_has() {
    let mut disk = Disk::new(&DiskSpec { capacity: Some(100), ..DiskSpec::default() });
    disk.write(ms(0), LOG, 60).unwrap();
    assert_eq!(disk.write(ms(0), INDEX, 41), Err(DiskError::Full));
    assert_eq!(disk.write(ms(0), INDEX, 40).map(|_| disk.len(INDEX)), Ok(40));
    disk.truncate(LOG, 50);
    assert_eq!(disk.write(ms(0), INDEX, 11), Err(DiskError::Full));
    disk.keep_only(LOG.directory, std::iter::empty());
    assert!(disk.write(ms(0), INDEX, 60).is_ok());
    disk.begin(DiskFault::Full);
    assert_eq!(disk.write(ms(0), LOG, 0), Err(DiskError::Full));
    assert!(disk.read(ms(0), INDEX, 0..1).is_ok() && disk.flush(ms(0), INDEX).is_ok());
}

#[test]
fn a_broken_disk_fails_and_its_dirty_pages_are_not_written_back() {
    let mut disk = disk();
    disk.write(ms(0), LOG, 10).unwrap();
    disk.begin(DiskFault::Broken);
    assert_eq!(disk.write(ms(1), LOG, 1), Err(DiskError::Io));
    assert_eq!(disk.flush(ms(1), LOG), Err(DiskError::Io));
    assert_eq!(disk.read(ms(1), LOG, 0..1), Err(DiskError::Io));
    assert_eq!(disk.durable_len(secs(100), LOG), 0);
    disk.end(DiskFault::Broken);
    let done = disk.flush(secs(100), LOG).unwrap();
    assert_eq!(disk.durable_len(done, LOG), 10);
}

#[test]
fn a_read_error_leaves_writes_alone() {
    let mut disk = disk();
    disk.begin(DiskFault::ReadErrors);
    assert!(disk.write(ms(0), LOG, 10).is_ok());
    assert_eq!(disk.read(ms(0), LOG, 0..10), Err(DiskError::Io));
}

#[test]
fn a_lying_device_acknowledges_flushes_that_did_not_happen() {
    let mut disk = disk();
    disk.begin(DiskFault::LyingFlushes);
    disk.write(ms(0), LOG, 1_000_000).unwrap();
    let done = disk.flush(ms(0), LOG).unwrap();
    assert_eq!((done, disk.durable_len(done, LOG)), (ms(2), 0));
    assert_eq!(disk.durable_len(secs(30), LOG), 1_000_000, "writeback goes on");
}

#[test]
fn what_is_cut_is_not_durable_when_written_again() {
    let mut disk = disk();
    disk.write(ms(0), LOG, 100).unwrap();
    let flushed = disk.flush(ms(0), LOG).unwrap();
    disk.write(flushed, LOG, 100).unwrap();
    disk.truncate(LOG, 40);
    disk.write(flushed, LOG, 100).unwrap();
    assert_eq!((disk.len(LOG), disk.durable_len(flushed, LOG)), (140, 40));
    disk.truncate(LOG, 1_000);
    assert_eq!(disk.len(LOG), 140);
    assert_eq!(disk.durable_len(secs(35), LOG), 140);
}

#[test]
fn a_directory_keeps_the_files_that_are_named() {
    let mut disk = Disk::new(&DiskSpec { capacity: Some(400), ..DiskSpec::default() });
    for name in [30, 10, 20, 40] {
        disk.write(ms(0), file(0, name), 100).unwrap();
    }
    disk.keep_only(
        DirectoryId(0),
        [(5, 7), (10, 100), (20, 60), (40, 500)].map(|(name, len)| (file(0, name), len)).into_iter(),
    );
    let lengths = [10, 20, 30, 40].map(|name| disk.len(file(0, name)));
    assert_eq!(lengths, [100, 60, 0, 100], "one is cut, one is gone, none grows");
    assert_eq!(disk.len(file(0, 5)), 0, "none comes into being");
    assert!(disk.write(ms(0), INDEX, 140).is_ok(), "what was freed can be written again");
    assert_eq!(disk.write(ms(0), INDEX, 1), Err(DiskError::Full));
}

#[test]
fn each_file_of_a_directory_loses_its_own_tail() {
    let mut disk = disk();
    let (old, new) = (file(0, 0), file(0, 100));
    disk.write(ms(0), old, 100).unwrap();
    disk.write(ms(0), new, 1_000).unwrap();
    let flushed = disk.flush(ms(0), old).unwrap();
    disk.power_loss(flushed, &mut random());
    assert_eq!(disk.len(old), 100, "flushed by itself");
    assert!(disk.len(new) < 1_000);
}

#[test]
fn a_file_never_written_is_empty() {
    let mut disk = disk();
    assert_eq!((disk.len(file(9, 0)), disk.durable_len(secs(9), file(9, 0))), (0, 0));
    disk.truncate(file(9, 0), 5);
    disk.keep_only(DirectoryId(9), std::iter::empty());
    assert_eq!(disk.read(secs(9), file(9, 0), 0..10), Ok(secs(9)));
}

#[test]
fn faults_stack_and_each_takes_back_only_its_own_part() {
    let mut disk = disk();
    disk.begin(DiskFault::Slow(10));
    disk.begin(DiskFault::Slow(3));
    assert_eq!(disk.write(ms(0), LOG, 0), Ok(Nanos::from_micros(600)));
    disk.end(DiskFault::Slow(10));
    assert_eq!(disk.write(ms(1), LOG, 0), Ok(ms(1) + Nanos::from_micros(60)));
    disk.begin(DiskFault::Stalled(secs(60)));
    disk.begin(DiskFault::Stalled(secs(20)));
    assert_eq!(disk.ready_at(secs(2)), secs(60));
    disk.end(DiskFault::Stalled(secs(60)));
    assert_eq!(disk.ready_at(secs(2)), secs(20));
    disk.begin(DiskFault::Full);
    disk.begin(DiskFault::Full);
    disk.end(DiskFault::Full);
    assert_eq!(disk.write(secs(30), LOG, 1), Err(DiskError::Full));
}

#[test]
fn a_renamed_file_takes_up_its_room_until_it_is_deleted() {
    let mut disk = Disk::new(&DiskSpec { capacity: Some(100), ..DiskSpec::default() });
    let other = FileId { name: 1 << 63, ..LOG };
    disk.write(secs(1), LOG, 80).unwrap();
    disk.rename(LOG, other.name);
    assert_eq!((disk.len(LOG), disk.len(other)), (0, 80));
    assert_eq!(disk.write(secs(1), LOG, 30), Err(DiskError::Full));
    disk.delete(other);
    assert_eq!(disk.len(other), 0);
    assert!(disk.write(secs(1), LOG, 100).is_ok());
}

fn fault() -> impl Strategy<Value = DiskFault> {
    prop_oneof![
        (1u64..100).prop_map(|at| DiskFault::Stalled(secs(at))),
        (0u32..5).prop_map(DiskFault::Slow),
        Just(DiskFault::Full),
        Just(DiskFault::ReadErrors),
        Just(DiskFault::Broken),
        Just(DiskFault::LyingFlushes),
    ]
}

proptest! {
    /// In whatever order faults begin and end: when all have ended, the disk is as if there had been none.
    #[test]
    fn a_disk_whose_faults_have_ended_is_healthy(
        faults in prop::collection::vec((fault(), any::<prop::sample::Index>()), 0..20),
    ) {
        let mut faulty = disk();
        let mut active: Vec<DiskFault> = Vec::new();
        for (fault, which) in &faults {
            faulty.begin(*fault);
            active.push(*fault);
            if which.index(2) == 0 {
                let fault = active.swap_remove(which.index(active.len()));
                faulty.end(fault);
            }
        }
        prop_assert_eq!(faulty.is_healthy(), active.is_empty());
        active.into_iter().for_each(|fault| faulty.end(fault));
        prop_assert!(faulty.is_healthy());
        let mut never = disk();
        for disk in [&mut faulty, &mut never] {
            disk.write(secs(1), LOG, 1_000_000).unwrap();
        }
        prop_assert_eq!(faulty.flush(secs(1), LOG), never.flush(secs(1), LOG));
        prop_assert_eq!(faulty.durable_len(secs(40), LOG), never.durable_len(secs(40), LOG));
        prop_assert_eq!(faulty.ready_at(secs(2)), never.ready_at(secs(2)));
    }
}
