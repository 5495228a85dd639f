//! The assignor that is wrong on purpose.

use super::*;

#[test]
fn neighbours_share_a_partition_where_ranges_do_not_come_out_even() {
    let group = Group::new("T1=5", "A B");
    assert_eq!(group.assigned(super::overlapping), "A T1-0 T1-1 T1-2 | B T1-2 T1-3 T1-4");
    let group = Group::new("T1=2", "A B C");
    assert_eq!(group.assigned(super::overlapping), "A T1-0 | B T1-0 T1-1 | C T1-1");
}

#[test]
fn where_they_do_it_is_right() {
    let group = Group::new("T1=6", "A B C");
    assert_eq!(group.assigned(super::overlapping), group.assigned(range));
}
