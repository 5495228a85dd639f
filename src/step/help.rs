//! What can be said, and what is to be seen.

/// The commands, with what they do.
pub const COMMANDS: &[(&str, &str)] = &[
    ("next [WHAT] [N]", "on to the next fact, or `event`, `fault`, a fact by name, or by a time: `500ms`"),
    ("back [WHAT] [N]", "back, in the same strides"),
    ("to PLACE", "`to 12s`, `to event 41234`, `to start`, `to end`"),
    ("break WHAT", "stop at a fact by name: `leader-elected`, `Truncated`; or when a condition"),
    ("", "becomes true, as `when` has it: `break lag of billing: above 1000`"),
    ("go, rewind", "on to the next breakpoint, back to the last one"),
    ("breaks, clear [N]", "list the breakpoints, take one or all away"),
    ("follow TP@OFFSET", "one record's life: `follow orders-0@12`; `follow off`"),
    ("inject FAULT", "a fault strikes here: `inject crash: broker 1`, `inject pause: { process:"),
    ("", "billing-0, for: 5s }`; `takeback` takes it back"),
    ("show", "the state; facts about replicas of internal topics are left out"),
    ("quit", "end"),
];

/// The keys of the terminal, with the commands that they stand for.
pub const KEYS: &[(&str, &str)] = &[
    ("n or right, p or left", "next fact, back to the fact before"),
    ("e, E", "next event, back one event"),
    ("f, F", "next fault, back to the fault before"),
    ("t, T", "one second on, one second back"),
    ("g, G", "on to the next breakpoint, back to the last one"),
    ("Home, End", "the start, the end"),
    ("up, down, PgUp, PgDn", "scroll brokers, logs and groups"),
    ("b, o, i", "set a breakpoint, follow a record, inject a fault"),
    (":", "type any command"),
    ("?", "this help; any key leaves it"),
    ("q", "quit"),
];

/// What the bars mean.
pub const LEGEND: &[(&str, &str)] = &[
    ("█ ▓ ▒ ·", "below the last stable offset; below the high watermark; above it; missing"),
    ("9/7/5", "log end offset, high watermark, last stable offset where it is lower"),
    ("L i o", "leader, in sync, out of sync; l: takes itself for the leader and is not; x: down"),
    ("e1 [1,2]", "leader epoch 1, in-sync replicas 1 and 2"),
];

/// The commands as lines.
pub fn commands() -> Vec<String> {
    lines(COMMANDS)
}

/// A table as lines.
pub fn lines(table: &[(&str, &str)]) -> Vec<String> {
    let column = table.iter().map(|(left, _)| left.chars().count()).max().unwrap_or(0) + 2;
    table.iter().map(|(left, right)| format!("  {left}{}{right}", " ".repeat(column - left.chars().count()))).collect()
}
