//! Stories: what is said to the debugger, and what it shows.

use std::fs;
use std::path::Path;

use ratatui_core::backend::TestBackend;
use ratatui_core::terminal::Terminal;

use super::dialog::{Spoken, answer, state};
use super::keys::{Desk, Key};
use super::session::{Debugger, Reply};
use super::view::{self, Surroundings};
use super::{picture, screen::Screen};
use crate::history::Observer;
use crate::history::fact::Entry;
use crate::protocol::ids::{LeaderEpoch, Offset};
use crate::run::Run;
use crate::scenario::{self, Override, Scenario, ScenarioText, embedded};
use crate::sim::time::Nanos;
use crate::tools::replicas::LogOffsets;

const SMALL: &str = "
name: small
duration: 20s
final.phase: 10s
cluster: { config: { offsets.topic.num.partitions: 1, group.initial.rebalance.delay.ms: 500, broker.session.timeout.ms: 3000 } }
topics: { orders: { partitions: 2, replication.factor: 3, min.insync.replicas: 2 } }
producers: { checkout: { topic: orders, rate: 20/s } }
groups: { billing: { topics: [orders], members: 1 } }
faults:
  - name: outage
    at: 8s
    crash: { broker: leader of orders-0, restart.after: 5s }
";

fn small() -> Scenario {
    scenario::parse(&ScenarioText::new("small.yaml", SMALL), &[]).expect("valid").0
}
fn session() -> Debugger {
    Debugger::new(small(), 7, None)
}

/// The command line knows how to write this; here it is enough to see that it is asked.
fn footnote(session: &Debugger) -> String {
    let changes: Vec<&str> = session.scenario().changes.iter().map(|change| change.option().1).collect();
    format!("(run with {changes:?})")
}

fn play(session: &mut Debugger, lines: &[&str]) -> String {
    let mut told = String::new();
    for line in lines {
        told += &format!("> {line}\n");
        told += &match answer(session, line, 100, &footnote) {
            Spoken::Text(text) => text,
            Spoken::Refused(refusal) => format!("{refusal}\n"),
            Spoken::Over => "(over)\n".into(),
        };
        told.push('\n');
    }
    told
}

fn moves(session: &mut Debugger, line: &str) {
    assert!(matches!(session.say(line), Ok(Reply::Moved(_))), "{line}");
}

fn holds(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false, omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}

fn digest(session: &Debugger) -> String {
    session.moment().world().digest().to_string()
}

#[test]
fn a_story_forward_and_back() {
    let told = play(
        &mut session(),
        &[
            "back",
            "next fact 3",
            "next event",
            "to 7900ms",
            "show",
            "next fault",
            "next broker-fenced",
            "back fault",
            "back Appended 2",
            "next 250ms",
            "to event 100",
            "to end",
            "next",
            "back fault",
            "to start",
            "quit",
        ],
    );
    holds("step_forward_and_back", &told);
}

#[test]
fn a_story_of_breakpoints() {
    let told = play(
        &mut session(),
        &[
            "go",
            "break leader-elected",
            "break isr of orders-0: at most 2",
            "break when: { fault outage: started }",
            "breaks",
            "go",
            "go",
            "go",
            "rewind",
            "clear 1",
            "rewind",
            "to 30s",
            "clear",
            "rewind",
            "break leader-elect",
            "break isr of orders-7: at most 2",
            "break isr of orders-0: rather small",
            "clear 4",
        ],
    );
    holds("step_breakpoints", &told);
}

#[test]
fn a_story_of_a_record() {
    let told = play(
        &mut session(),
        &[
            "to 9s",
            "follow orders-0@60",
            "back 1100ms",
            "next BatchSent",
            "next Appended 2",
            "next BatchAcked",
            "back BatchSent",
            "to 9s",
            "show",
            "follow orders-0@1000000",
            "follow payments-0@1",
            "follow orders-0",
            "follow off",
        ],
    );
    holds("step_record", &told);
}

#[test]
fn a_story_of_a_fault_that_is_injected() {
    let told = play(
        &mut session(),
        &[
            "to 4s",
            "inject pause: billing-0 for 2s",
            "next fault",
            "next fault",
            "inject crash: broker 9",
            "inject crush: broker 1",
            "inject at: 1s, crash: broker 1",
            "inject crash: { broker: broker 3 }",
            "to 6100ms",
            "show",
            "takeback",
            "takeback",
            "takeback",
        ],
    );
    holds("step_injected", &told);
}

/// Every way to an event leads to the same moment.
#[test]
fn however_one_comes_there_it_is_the_same_moment() {
    let scenario = small();
    let mut digests = Vec::new();
    let mut world = Run::new(&scenario, 7).start();
    loop {
        digests.push(world.digest().to_string());
        if !world.step(&mut ()) {
            digests.push(world.digest().to_string());
            break;
        }
    }
    let mut session = session();
    for line in [
        "to 9s",
        "back fact 5",
        "back event 40",
        "next fault",
        "back 1s",
        "to event 5000",
        "to event 4999",
        "back 3",
        "to end",
        "back BrokerFenced",
        "to event 1",
        "back event",
        "to 3s",
        "back fault",
        "to 12s",
    ] {
        moves(&mut session, line);
        let event = session.moment().event() as usize;
        assert_eq!(digest(&session), digests[event.min(digests.len() - 1)], "{line}: event {event}");
    }
}

/// What the command line prints for it is the run with the fault.
#[test]
fn an_injected_fault_is_a_change_like_any_other() {
    let mut session = session();
    moves(&mut session, "to event 3000");
    let before = digest(&session);
    assert!(matches!(session.say("inject crash: leader of orders-1"), Ok(Reply::Changed(_))));
    assert_eq!(digest(&session), before, "what has happened has happened");
    moves(&mut session, "to end");
    let changes: Vec<Override> = session.injected().to_vec();
    let (scenario, _) = scenario::parse(&ScenarioText::new("small.yaml", SMALL), &changes).expect("valid");
    let ended = Run::new(&scenario, 7).run(&mut ()).expect("it runs");
    assert_eq!(digest(&session), ended.world.digest().to_string());
    assert!(matches!(session.say("takeback"), Ok(Reply::Changed(_))));
    moves(&mut session, "to end");
    let plain = Run::new(&small(), 7).run(&mut ()).expect("it runs");
    assert_eq!(digest(&session), plain.world.digest().to_string());
}

/// Kept moments are given up when there are many; one can go back from them all the same.
#[test]
fn a_long_way_can_be_gone_back() {
    let source = embedded::find("leader-crash").expect("in the library");
    let (scenario, _) = scenario::parse(&source, &[]).expect("valid");
    let mut session = Debugger::new(scenario, 7, None);
    moves(&mut session, "to end");
    assert!(session.moment().event() > 2 * 48 * 1024, "more than are kept, if none is given up");
    for (line, at) in [("back fault", 12_008), ("to 5s", 5_000), ("back 1s", 4_000)] {
        moves(&mut session, line);
        assert_eq!(session.clock().0 / 1_000_000, at, "{line}");
    }
}

/// Watching conditions, and going in steps, changes nothing.
#[test]
fn facts_are_those_of_the_run() {
    #[derive(Default)]
    struct Count(u64);
    impl Observer for Count {
        fn observe(&mut self, _: &Entry) {
            self.0 += 1;
        }
    }
    let (scenario, mut count) = (small(), Count::default());
    let ended = Run::new(&scenario, 7).run(&mut count).expect("it runs");
    let mut session = session();
    moves(&mut session, "to end");
    assert_eq!((session.moment().told().facts, digest(&session)), (count.0, ended.world.digest().to_string()));
}

#[test]
fn what_is_no_command_is_told_with_a_remedy() {
    let told = play(
        &mut session(),
        &[
            "",
            "# a comment",
            "nxt",
            "frobnicate",
            "next 0",
            "next truncatd",
            "next 5 parsecs",
            "to",
            "to 12",
            "to event x",
            "break",
            "inject",
            "clear x",
            "follow orders-0@x",
            "show me",
            "help",
        ],
    );
    holds("step_refusals", &told);
}

// --- the screen --------------------------------------------------------------------------------

/// What a terminal of this size shows after some keys.
fn seen(session: Debugger, keys: &[Key], width: u16, height: u16) -> String {
    let mut desk = Desk::new(session, &footnote);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("it is only memory");
    for key in keys {
        // Some keys depend on what was drawn.
        terminal.draw(|frame| desk.draw(frame.area(), frame.buffer_mut())).expect("it is only memory");
        assert!(desk.press(*key), "{key:?} ends it");
    }
    terminal.draw(|frame| desk.draw(frame.area(), frame.buffer_mut())).expect("it is only memory");
    picture::text(terminal.backend().buffer())
}

fn typed(text: &str) -> Vec<Key> {
    text.chars().map(Key::Char).chain([Key::Enter]).collect()
}

#[test]
fn the_screen_in_three_sizes() {
    let mut shots = String::new();
    for (width, height) in [(100, 30), (160, 24), (60, 16)] {
        let mut session = session();
        for line in ["break leader-elected", "to 9s", "follow orders-0@60"] {
            session.say(line).expect("it can be done");
        }
        shots += &format!("--- {width} x {height}\n{}", seen(session, &[], width, height));
    }
    holds("step_screen", &shots);
}

#[test]
fn keys_do_what_the_help_says() {
    let mut shots = String::new();
    let mut shot = |name: &str, keys: &[Key]| {
        shots += &format!("--- {name}\n{}", seen(session(), keys, 100, 44));
    };
    shot("the help", &[Key::Char('?')]);
    shot("a key leaves it, and f goes to the fault", &[Key::Char('?'), Key::Char('x'), Key::Char('f')]);
    let inject = [&typed(":to 4s")[..], &[Key::Char('i')], &typed("crash: broker 1"), &[Key::Char('f')]].concat();
    shot("a fault is injected", &inject);
    let half = [Key::Char('b'), Key::Char('x'), Key::Char('y'), Key::Backspace];
    shot("a breakpoint is being typed", &half);
    shot("and refused", &[&half[..], &[Key::Enter]].concat());
    holds("step_keys", &shots);
}

#[test]
fn keys_go_there_and_back() {
    let mut desk = Desk::new(session(), &footnote);
    let mut at = |keys: &[Key]| {
        assert!(keys.iter().all(|key| desk.press(*key)));
        (desk.session().moment().event(), desk.session().clock())
    };
    let start = at(&[]);
    let fact = at(&[Key::Char('n')]);
    let later = at(&[Key::Right, Key::Char('e'), Key::Char('t')]);
    assert!(start < fact && fact < later);
    assert_eq!(at(&[Key::Home]), start);
    assert_eq!(at(&[Key::Char('n'), Key::Right, Key::Left]), fact);
    let fault = at(&[Key::Char('f')]);
    assert_eq!(fault.1, Nanos::from_secs(8));
    assert_eq!(at(&[Key::Char('t'), Key::Char('F')]), fault);
    assert_eq!(at(&[&typed(":break broker-fenced")[..], &[Key::End]].concat()), at(&[]));
    let fenced = at(&[]);
    assert_eq!(at(&[Key::End, Key::Char('G')]), fenced);
    assert_eq!(
        at(&[Key::Char(':'), Key::Char('z'), Key::Escape, Key::Up, Key::Down, Key::PageUp, Key::PageDown]),
        fenced
    );
    assert!(!desk.press(Key::Char('q')) && !desk.press(Key::Interrupt));
}

#[test]
fn a_bar_shows_what_is_there_and_what_is_missing() {
    let log = |log_start: i64, last_stable: i64, high_watermark: i64, log_end: i64| LogOffsets {
        log_start: Offset(log_start),
        last_stable: Offset(last_stable),
        high_watermark: Offset(high_watermark),
        log_end: Offset(log_end),
        epoch: LeaderEpoch(0),
    };
    for (log, to, bar) in [
        (log(0, 100, 100, 100), 100, "██████████"),
        (log(0, 0, 0, 0), 0, "··········"),
        (log(0, 0, 0, 0), 100, "··········"),
        (log(0, 50, 50, 50), 100, "█████·····"),
        (log(0, 50, 70, 90), 100, "█████▓▓▒▒·"),
        // One record among a million has a cell.
        (log(0, 999_999, 999_999, 1_000_000), 1_000_000, "█████████▒"),
        (log(0, 999_999, 999_999, 999_999), 1_000_000, "█████████·"),
        (log(0, 999_998, 999_999, 1_000_000), 1_000_000, "████████▓▒"),
        (log(0, 1, 1, 1), 1_000_000, "█·········"),
        (log(50, 100, 100, 100), 100, "     █████"),
    ] {
        assert_eq!(view::bar(&log, Offset(0), Offset(to), 10), bar, "{log:?} of {to}");
    }
}

/// A screen has no least size.
#[test]
fn a_screen_of_any_size_is_drawn() {
    let mut session = session();
    moves(&mut session, "to 9s");
    for (width, height) in [(0, 0), (1, 1), (10, 3), (24, 80), (300, 4)] {
        let screen = Screen::of(&session);
        let area = ratatui_core::layout::Rect { x: 0, y: 0, width, height };
        let mut buffer = ratatui_core::buffer::Buffer::empty(area);
        view::draw(&screen, &Surroundings { help: width == 10, ..Surroundings::default() }, area, &mut buffer);
    }
    assert!(state(&session, 1).contains("orders-0"));
}

/// The picture in the book is what the program draws. `INSTA_UPDATE=always cargo test --lib step` draws it anew.
#[test]
fn the_picture_in_the_book_is_true() {
    let source = embedded::find("leader-crash").expect("in the library");
    let (scenario, _) = scenario::parse(&source, &[]).expect("valid");
    let mut session = Debugger::new(scenario, 7, None);
    for line in ["break leader-elected", "go", "follow orders-0@573"] {
        session.say(line).expect("it can be done");
    }
    let mut desk = Desk::new(session, &footnote);
    let mut terminal = Terminal::new(TestBackend::new(104, 42)).expect("it is only memory");
    terminal.draw(|frame| desk.draw(frame.area(), frame.buffer_mut())).expect("it is only memory");
    let label = "kafkasim step leader-crash at the moment when broker 3 is elected: logs as bars, the group, messages under way, facts";
    let drawn = picture::svg(terminal.backend().buffer(), label);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("book/src/img/step.svg");
    #[expect(clippy::disallowed_methods, reason = "whoever runs the tests says whether it is drawn anew")]
    let anew = std::env::var("INSTA_UPDATE").is_ok_and(|how| how == "always");
    if anew {
        fs::write(&file, &drawn).expect("writable");
    }
    let there = fs::read_to_string(&file).unwrap_or_default();
    assert!(there == drawn, "{} is not what is drawn: INSTA_UPDATE=always draws it anew", file.display());
}

/// A transaction that is not decided holds the last stable offset back: readers of what is committed wait there.
#[test]
fn an_open_transaction_is_seen_in_the_logs() {
    let source = embedded::find("open-transaction").expect("in the library");
    let (scenario, _) = scenario::parse(&source, &[]).expect("valid");
    let mut session = Debugger::new(scenario, 1, None);
    session.say("break lso-held-back").expect("it is a name");
    moves(&mut session, "go");
    let shown = state(&session, 100);
    let log = shown.lines().find(|line| line.starts_with("orders-0")).expect("it has a line");
    assert!(log.contains("▓▓ 18/18/16"), "{log}");
}

/// What a fault keeps is told apart from what is on its way.
#[test]
fn a_message_that_a_fault_keeps_is_seen() {
    let mut session = session();
    moves(&mut session, "to 4s");
    let fault = "inject clog: { from: broker 1, to: broker 3, for: 3s }";
    assert!(matches!(session.say(fault), Ok(Reply::Changed(_))));
    moves(&mut session, "next 1s");
    let kept =
        Screen::of(&session).flight.into_iter().find(|message| message.arrives_in.is_none()).expect("one is kept");
    assert_eq!((kept.from.as_str(), kept.to.as_str()), ("broker 1", "broker 3"));
    assert!(state(&session, 100).contains("kept by a fault"));
}
