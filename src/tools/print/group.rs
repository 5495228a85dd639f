//! As `kafka-consumer-groups --describe` prints it.

use super::failure::group_error;
use super::{ToolOutput, table};
use crate::history::fact::GroupState;
use crate::tools::failure::GroupError;
use crate::tools::group::{
    AssignedTopic, DescribedGroup, GroupInformation, GroupMember, GroupRows, MemberAssignmentState,
    PartitionAssignmentState,
};
use crate::tools::share_group::{InFlightRecords, ShareGroupRows, ShareMember, SharePartitionOffset};

/// What the tool prints where there is nothing to print.
const MISSING: &str = "-";

/// A group, or what the tool says instead. `verbose`: with the option of that name.
pub fn group(described: &Result<DescribedGroup, GroupError>, verbose: bool) -> ToolOutput {
    let group = match described {
        Ok(group) => group,
        Err(error) => return group_error(error),
    };
    let name = &group.group;
    let out = match &group.rows {
        GroupRows::Share(ShareGroupRows::Offsets(rows)) => share_offsets(name, rows, verbose),
        GroupRows::Share(ShareGroupRows::Members(rows)) => share_members(name, rows, verbose),
        GroupRows::Share(ShareGroupRows::State(row)) => share_state(name, group.state, row, verbose),
        GroupRows::Offsets(rows) => offsets(name, rows, verbose),
        GroupRows::Members(rows) => members(name, rows, verbose),
        GroupRows::Information(row) => state(name, group.state, row, verbose),
    };
    let err = match &group.rows {
        GroupRows::Share(_) => share_warning(name, group.state),
        _ => warning(name, group.state),
    };
    ToolOutput { out, err, failed: false }
}

/// `ShareGroupCommand.maybePrintEmptyGroupState`.
fn share_warning(name: &str, state: GroupState) -> String {
    match state {
        GroupState::Empty => format!("\nShare group '{name}' has no active members.\n"),
        _ => String::new(),
    }
}

fn warning(name: &str, state: GroupState) -> String {
    match state {
        GroupState::Empty | GroupState::Dead => format!("\nConsumer group '{name}' has no active members.\n"),
        GroupState::PreparingRebalance
        | GroupState::CompletingRebalance
        | GroupState::Assigning
        | GroupState::Reconciling => {
            format!("\nWarning: Consumer group '{name}' is rebalancing.\n")
        }
        GroupState::Stable => String::new(),
    }
}

fn offsets(name: &str, lines: &[PartitionAssignmentState], verbose: bool) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut heading = words(&["GROUP", "TOPIC", "PARTITION"]);
    let mut widths = vec![15, 15, 10];
    if verbose {
        heading.extend(words(&["LEADER-EPOCH"]));
        widths.push(15);
    }
    heading.extend(words(&["CURRENT-OFFSET", "LOG-END-OFFSET", "LAG", "CONSUMER-ID", "HOST", "CLIENT-ID"]));
    widths.extend([15, 15, 15, 15, 15, 0]);
    let row = |line: &PartitionAssignmentState| {
        let mut row = vec![name.to_string(), line.topic.clone(), line.partition.to_string()];
        if verbose {
            row.push(or_missing(line.leader_epoch));
        }
        row.extend([line.offset, line.log_end_offset, line.lag].map(or_missing));
        row.extend(line.member.as_ref().map_or_else(|| [MISSING; 3].map(String::from), of_member));
        row
    };
    let rows: Vec<Vec<String>> = [heading].into_iter().chain(lines.iter().map(row)).collect();
    table(&rows, &widths)
}

/// As `kafka-share-groups --describe` prints it; `verbose`: and what is in flight, which that does not.
fn share_offsets(name: &str, lines: &[SharePartitionOffset], verbose: bool) -> String {
    if lines.is_empty() {
        return format!("\nShare group '{name}' has no offset information.\n");
    }
    let tells_lag = lines.iter().any(|line| line.tells_lag);
    let mut heading = words(&["GROUP", "TOPIC", "PARTITION"]);
    let mut widths = vec![15, 15, 10];
    if verbose {
        heading.push("LEADER-EPOCH".into());
        widths.push(13);
    }
    heading.push("START-OFFSET".into());
    widths.push(if tells_lag { 13 } else { 0 });
    if tells_lag {
        heading.push("LAG".into());
        widths.push(0);
    }
    let row = |line: &SharePartitionOffset| {
        let mut row = vec![name.to_string(), line.topic.clone(), line.partition.to_string()];
        if verbose {
            row.push(or_missing(line.leader_epoch));
        }
        row.push(or_missing(line.start_offset));
        if tells_lag {
            row.push(or_missing(line.lag));
        }
        row
    };
    let rows: Vec<Vec<String>> = [heading].into_iter().chain(lines.iter().map(row)).collect();
    let flights: String = lines.iter().flat_map(|line| line.in_flight.iter().map(|run| flight(line, run))).collect();
    let behind = format!("\nIn flight at the leaders (Kafka's tool does not tell):\n{flights}");
    table(&rows, &widths) + if verbose && !flights.is_empty() { &behind } else { "" }
}

/// `jobs-0  3..5  ACQUIRED  delivery 1  by workers-0 until 35.641s`.
fn flight(of: &SharePartitionOffset, run: &InFlightRecords) -> String {
    let offsets = if run.first == run.last { run.first.to_string() } else { format!("{}..{}", run.first, run.last) };
    let held = run.held_by.as_ref().map_or(String::new(), |who| format!("  by {who}"));
    let until = run.lock_ends.map_or(String::new(), |ends| format!(" until {ends}"));
    let (topic, number, state, count) = (&of.topic, of.partition, run.state, run.delivery_count);
    format!("{topic}-{number}  {offsets}  {state}  delivery {count}{held}{until}\n")
}

fn share_members(name: &str, lines: &[ShareMember], verbose: bool) -> String {
    if lines.is_empty() {
        return String::new();
    }
    let mut heading = words(&["GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS"]);
    let mut widths = vec![15, 15, 15, 15, 12];
    if verbose {
        heading.push("MEMBER-EPOCH".into());
        widths.push(13);
    }
    heading.push("ASSIGNMENT".into());
    widths.push(0);
    let row = |line: &ShareMember| {
        let mut row = vec![name.to_string()];
        row.extend(of_member(&line.member));
        row.push(line.num_partitions.to_string());
        if verbose {
            row.push(line.member_epoch.to_string());
        }
        row.push(topics(&line.assignment));
        row
    };
    let rows: Vec<Vec<String>> = [heading].into_iter().chain(lines.iter().map(row)).collect();
    table(&rows, &widths)
}

fn of_member(member: &GroupMember) -> [String; 3] {
    [member.consumer_id.clone(), member.host.clone(), member.client_id.clone()]
}

/// Every cell is padded and followed by a blank, the last one too. A classic group has no epochs and no
/// target assignments. Where members speak different protocols, a column says of each whether it is upgraded.
fn members(name: &str, lines: &[MemberAssignmentState], verbose: bool) -> String {
    let mut heading = words(&["GROUP", "CONSUMER-ID", "HOST", "CLIENT-ID", "#PARTITIONS"]);
    let mut widths = vec![15; 5];
    // The column is there if one member has an instance id, and empty for those that have none.
    let instances = lines.iter().any(|line| line.member.group_instance_id.is_some());
    if instances {
        heading.insert(2, "GROUP-INSTANCE-ID".into());
        widths.insert(2, 17);
    }
    if verbose {
        heading.extend(words(&["CURRENT-EPOCH", "CURRENT-ASSIGNMENT", "TARGET-EPOCH", "TARGET-ASSIGNMENT"]));
        widths.extend([15, 20, 15, 20]);
    }
    let speaks = |upgraded| lines.iter().any(|line| line.target.as_ref().is_some_and(|t| t.upgraded == upgraded));
    let mixed = verbose && speaks(true) && speaks(false);
    if mixed {
        heading.push("UPGRADED".into());
        widths.push(0);
    }
    let row = |line: &MemberAssignmentState| {
        let mut row = vec![name.to_string()];
        row.extend(of_member(&line.member));
        if instances {
            row.insert(2, line.member.group_instance_id.clone().unwrap_or_default());
        }
        row.push(line.num_partitions.to_string());
        if verbose {
            let target = line.target.as_ref();
            row.extend([
                or_missing(target.map(|target| target.current_epoch)),
                assignment(&line.assignment),
                or_missing(target.map(|target| target.target_epoch)),
                target.map_or(MISSING.into(), |target| assignment(&target.target_assignment)),
            ]);
        }
        if mixed {
            row.push(or_missing(line.target.as_ref().map(|target| target.upgraded)));
        }
        row
    };
    let rows: Vec<Vec<String>> = [heading].into_iter().chain(lines.iter().map(row)).collect();
    let text = table(&rows, &widths);
    if verbose { text } else { text.replace('\n', " \n").replacen(" \n", "\n", 1) }
}

/// What a member of a consumer group has.
fn assignment(assigned: &[AssignedTopic]) -> String {
    if assigned.is_empty() { MISSING.into() } else { topics(assigned) }
}

/// `orders:0,1;payments:0`.
fn topics(topics: &[AssignedTopic]) -> String {
    let numbers = |topic: &AssignedTopic| topic.partitions.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
    let parts: Vec<String> = topics.iter().map(|topic| format!("{}:{}", topic.topic, numbers(topic))).collect();
    parts.join(";")
}

fn state(name: &str, state: GroupState, group: &GroupInformation, verbose: bool) -> String {
    let mut heading = words(&["GROUP", "COORDINATOR (ID)", "ASSIGNMENT-STRATEGY", "STATE"]);
    let mut row = vec![
        name.to_string(),
        format!("{}  ({})", group.coordinator_address, group.coordinator),
        group.assignment_strategy.unwrap_or(MISSING).into(),
        state.name().into(),
    ];
    let mut widths = vec![15, 25, 20, 20];
    if verbose {
        heading.extend(words(&["GROUP-EPOCH", "TARGET-ASSIGNMENT-EPOCH"]));
        row.extend([or_missing(group.group_epoch), or_missing(group.target_assignment_epoch)]);
        widths.extend([15, 25]);
    }
    heading.push("#MEMBERS".into());
    row.push(group.num_members.to_string());
    widths.push(0);
    // These columns do not grow with their cells, but for the first two.
    table(&[heading, row], &widths)
}

/// A share group has one assignor for all, and no name for it.
fn share_state(name: &str, state: GroupState, group: &GroupInformation, verbose: bool) -> String {
    let mut heading = words(&["GROUP", "COORDINATOR (ID)", "STATE"]);
    let coordinator = format!("{}  ({})", group.coordinator_address, group.coordinator);
    let mut row = vec![name.to_string(), coordinator, state.name().into()];
    let mut widths = vec![15, 25, 15];
    if verbose {
        heading.extend(words(&["GROUP-EPOCH", "ASSIGNMENT-EPOCH"]));
        row.extend([or_missing(group.group_epoch), or_missing(group.target_assignment_epoch)]);
        widths.extend([12, 17]);
    }
    heading.push("#MEMBERS".into());
    row.push(group.num_members.to_string());
    widths.push(0);
    table(&[heading, row], &widths)
}

fn or_missing(value: Option<impl ToString>) -> String {
    value.map_or(MISSING.into(), |value| value.to_string())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|w| (*w).to_string()).collect()
}
