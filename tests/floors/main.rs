//! The house has floors, and arrows point down only: this test reads every path in the code and holds
//! them.
//!
//! A room may use itself and the rooms named here, and nothing else of the crate.

mod circles;
mod names;
mod picture;
mod reader;

use std::collections::{BTreeMap, BTreeSet};

use reader::{Source, crate_paths, sources};

/// Room, and what it may use. Top down; a room only names rooms below it.
const FLOORS: &[(&str, &[&str])] = &[
    (
        "cli",
        &[
            "step", "explore", "school", "report", "tools", "run", "scenario", "world", "check", "history", "protocol",
            "sim",
        ],
    ),
    ("step", &["tools", "run", "scenario", "world", "check", "history", "protocol", "sim"]),
    // What a sweep says is written in the forms that a run has.
    ("explore", &["report", "run", "scenario", "check", "history", "protocol", "sim"]),
    ("school", &["report", "tools", "run", "scenario", "world", "check", "history", "protocol", "sim"]),
    ("tools", &["run", "world", "cluster", "history", "protocol", "sim"]),
    ("report", &["run", "scenario", "check", "history", "protocol", "sim"]),
    ("run", &["scenario", "world", "check", "history", "protocol", "sim"]),
    ("scenario", &["world", "app", "check", "protocol", "sim"]),
    ("world", &["cluster", "app", "node", "history", "protocol", "sim"]),
    ("cluster", &["assignor", "net", "node", "history", "protocol", "sim"]),
    ("app", &["client", "node", "history", "protocol", "sim"]),
    ("client", &["assignor", "net", "node", "history", "protocol", "sim"]),
    ("check", &["history", "protocol", "sim"]),
    ("assignor", &["protocol"]),
    ("net", &["node", "protocol", "sim"]),
    ("node", &["history", "protocol", "sim"]),
    ("history", &["protocol", "sim"]),
    ("protocol", &["sim"]),
    ("sim", &[]),
];

/// Narrower than the floors: within these rooms only these paths of a lower one.
const ONLY: &[(&str, &str, &[&str])] = &[
    // A history is plain values with a time; the rest of the kernel is not its business.
    ("history", "sim", &["sim::time"]),
    ("protocol", "sim", &["sim::time"]),
    // An assignor knows names and numbers, and how Java hashes a name.
    ("assignor", "protocol", &["protocol::hashing"]),
    ("check", "sim", &["sim::time", "sim::shared_list"]),
    ("run", "sim", &["sim::time"]),
    ("report", "sim", &["sim::time"]),
    ("school", "sim", &["sim::time", "sim::random"]),
    // A scenario describes applications; it knows none from inside.
    ("scenario", "app", &["app::spec"]),
    ("scenario", "world", &["world::spec"]),
];

/// The one door in the floor: the program's entry.
const DOORS: &[(&str, &str)] = &[("main.rs", "cli")];

#[test]
fn arrows_point_down() {
    let mut faults = Vec::new();
    for file in sources() {
        for path in crate_paths(&file.text) {
            if let Some(fault) = judge(&file, &path) {
                faults.push(fault);
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

fn judge(file: &Source, path: &str) -> Option<String> {
    let to = path.split("::").next().unwrap_or_default();
    let from = file.room.as_str();
    // `crate::{...}` names of the root itself, such as a macro, are no room.
    if to == from || !FLOORS.iter().any(|(room, _)| *room == to) || DOORS.contains(&(file.name.as_str(), to)) {
        return None;
    }
    let allowed = FLOORS.iter().find(|(room, _)| *room == from).is_some_and(|(_, below)| below.contains(&to));
    let narrowed = ONLY.iter().find(|(f, t, _)| *f == from && *t == to);
    let inside = narrowed.is_none_or(|(.., paths)| {
        paths.iter().any(|allowed| path == *allowed || path.starts_with(&format!("{allowed}::")))
    });
    (!allowed || !inside).then(|| format!("src/{}: `{from}` may not use `crate::{path}`", file.name))
}

#[test]
fn the_plan_itself_points_down_and_names_every_room() {
    for (i, (room, below)) in FLOORS.iter().enumerate() {
        for used in *below {
            assert!(FLOORS[i + 1..].iter().any(|(lower, _)| lower == used), "{room} -> {used}");
        }
    }
    let planned: BTreeSet<&str> = FLOORS.iter().map(|(room, _)| *room).collect();
    let built: BTreeSet<String> =
        sources().into_iter().map(|s| s.room).filter(|room| !matches!(room.as_str(), "lib" | "main")).collect();
    assert_eq!(planned.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), built);
}

#[test]
fn the_reader_of_paths_reads_them() {
    let text = "use crate::{sim::time::Nanos, world::{spec::{A, B}, World}};\n// use crate::cli;\n/// [`crate::tools`]\n\
                pub(in crate::check) fn f() { crate::node::g(); let s = \"crate::client\"; }\nuse kafkasim::run::judged;\n\
                #[cfg(test)]\nmod tests { use crate::cluster; }";
    let paths: Vec<String> = crate_paths(text).into_iter().collect();
    assert_eq!(
        paths,
        ["check", "node::g", "run::judged", "sim::time::Nanos", "world::World", "world::spec::A", "world::spec::B"]
    );
}

#[test]
fn the_two_sides_never_meet() {
    let mut uses: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let files = sources();
    for file in &files {
        let rooms =
            crate_paths(&file.text).into_iter().map(|path| path.split("::").next().unwrap_or_default().to_owned());
        uses.entry(file.room.as_str()).or_default().extend(rooms);
    }
    assert!(!uses["cluster"].contains("client"), "a broker knows no client from inside");
    for room in ["client", "app"] {
        assert!(!uses[room].contains("cluster"), "{room} knows no broker from inside");
    }
    for room in ["check", "history", "protocol", "sim"] {
        for side in ["cluster", "client", "app", "net", "node", "world"] {
            assert!(!uses[room].contains(side), "{room} uses {side}");
        }
    }
}
