//! The kinds of things that go wrong, each with what it does: text, as one would write it behind `--with`.

use super::dice::Dice;
use super::grounds::Grounds;
use super::victim::{Seat, Victims};
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Trouble {
    /// A server dies.
    ServerCrash,
    /// A server is stopped and started again.
    ServerStop,
    /// A server stands still.
    ServerPause,
    /// A broker's machine loses power.
    PowerLoss,
    /// A client dies.
    ClientCrash,
    /// A client is stopped.
    ClientStop,
    /// A client stands still.
    ClientPause,
    /// Nothing passes between some and others.
    Split,
    /// Nothing passes in one direction.
    OneWay,
    /// Everything is late.
    Slow,
    /// Connections break.
    Reset,
    /// Requests or answers of one kind get stuck or lost.
    Requests,
    /// A disk is slow.
    SlowDisk,
    /// A disk breaks, and is repaired.
    BrokenDisk,
    /// An administrator moves leaders.
    Administration,
}

/// What one fault is to do.
#[derive(Clone, Debug)]
pub(super) struct Strike {
    /// The action: `crash: { process: broker 1, restart.after: 2000ms }`.
    pub action: String,
    /// How long somebody is not as usual.
    pub span: Nanos,
    /// What the cluster lacks meanwhile.
    pub takes: Option<Seat>,
    /// Whether somebody waits in vain for an answer meanwhile.
    pub silent: bool,
    /// Whether a broker that is away keeps clients with it: it still takes connections, and their metadata may name no other.
    pub keeps_clients: bool,
    /// A fault that is to follow, and how much later.
    pub then: Option<(Nanos, String)>,
}

impl Trouble {
    pub(super) const ALL: [Trouble; 15] = [
        Trouble::ServerCrash,
        Trouble::ServerStop,
        Trouble::ServerPause,
        Trouble::PowerLoss,
        Trouble::ClientCrash,
        Trouble::ClientStop,
        Trouble::ClientPause,
        Trouble::Split,
        Trouble::OneWay,
        Trouble::Slow,
        Trouble::Reset,
        Trouble::Requests,
        Trouble::SlowDisk,
        Trouble::BrokenDisk,
        Trouble::Administration,
    ];
    fn is_of_clients(self) -> bool {
        matches!(self, Trouble::ClientCrash | Trouble::ClientStop | Trouble::ClientPause)
    }

    /// What it does. `limit`: how long it may last. None where there is nobody whom it could hit.
    pub(super) fn strike(
        self,
        grounds: &Grounds,
        victims: &Victims<'_>,
        (victim, span): (u64, u64),
        limit: Nanos,
    ) -> Option<Strike> {
        let mut whom = Dice::new(victim, "victim");
        let mut how_long = Dice::new(span, "span");
        let timeouts = if self.is_of_clients() { &grounds.client_timeouts } else { &grounds.server_timeouts };
        let span = beside(&mut how_long, timeouts).min(limit);
        let time = format!("{}ms", span.as_millis().max(1));
        let plain =
            |action: String| Strike { action, span, takes: None, silent: false, keeps_clients: false, then: None };
        Some(match self {
            Trouble::ServerCrash | Trouble::ServerStop => {
                let target = victims.server(&mut whom);
                let verb = if self == Trouble::ServerCrash { "crash" } else { "stop" };
                let action = format!("{verb}: {{ process: {}, restart.after: {time} }}", target.phrase);
                Strike { takes: target.seat, ..plain(action) }
            }
            Trouble::ServerPause => {
                let target = victims.server(&mut whom);
                let action = format!("pause: {{ process: {}, for: {time} }}", target.phrase);
                Strike { takes: target.seat, silent: true, ..plain(action) }
            }
            Trouble::PowerLoss => {
                let number = victims.lossy(&mut whom)?;
                let span = victims.noticed(span, limit)?;
                let time = format!("{}ms", span.as_millis());
                let action = format!("power.loss: {{ broker: broker {number}, restart.after: {time} }}");
                Strike { span, takes: Some(Seat::Broker), silent: true, ..plain(action) }
            }
            Trouble::ClientCrash | Trouble::ClientStop => {
                let target = victims.client(&mut whom)?;
                let verb = if self == Trouble::ClientCrash { "crash" } else { "stop" };
                plain(format!("{verb}: {{ process: {target}, restart.after: {time} }}"))
            }
            Trouble::ClientPause => plain(format!("pause: {{ process: {}, for: {time} }}", victims.client(&mut whom)?)),
            Trouble::Split => {
                let side = victims.anybody(&mut whom);
                let other = victims.other_side(&mut whom, &side);
                let action = format!("partition: {{ between: [[{}], [{other}]], for: {time} }}", side.phrase);
                Strike { takes: side.seat, silent: true, ..plain(action) }
            }
            Trouble::OneWay => {
                let (side, verb) = (victims.anybody(&mut whom), *whom.of(&["cut", "clog", "block.connects"]));
                let other = victims.other_side(&mut whom, &side);
                let (from, to) = if whom.coin() { (&side.phrase, &other) } else { (&other, &side.phrase) };
                let action = format!("{verb}: {{ from: {from}, to: {to}, for: {time} }}");
                Strike { takes: side.seat.filter(|_| verb != "block.connects"), silent: true, ..plain(action) }
            }
            Trouble::Slow => {
                let side = victims.anybody(&mut whom);
                let other = victims.other_side(&mut whom, &side);
                let (from, to) = if whom.coin() { (&side.phrase, &other) } else { (&other, &side.phrase) };
                let action = match how_long.between(0, 2) {
                    0 => {
                        let factor = how_long.of(&[5, 50, 500]);
                        format!("slow.link: {{ between: [[{from}], [{to}]], factor: {factor}, for: {time} }}")
                    }
                    1 => {
                        let by = how_long.span(Nanos::from_millis(5), Nanos::from_secs(3)).as_millis();
                        format!("delay.link: {{ from: {from}, to: {to}, by: {by}ms, for: {time} }}")
                    }
                    _ => {
                        let bandwidth = how_long.of(&["10 KiB/s", "100 KiB/s", "1 MiB/s"]);
                        format!("narrow.link: {{ from: {from}, to: {to}, bandwidth: {bandwidth}, for: {time} }}")
                    }
                };
                Strike { silent: true, ..plain(action) }
            }
            Trouble::Reset => {
                let side = victims.anybody(&mut whom);
                let other = victims.other_side(&mut whom, &side);
                Strike {
                    span: Nanos::ZERO,
                    ..plain(format!("reset.connections: {{ between: [[{}], [{other}]] }}", side.phrase))
                }
            }
            Trouble::Requests => {
                let (api, from, to) = victims.conversation(&mut whom)?;
                let verb = how_long.of(&["hold.requests", "hold.answers", "drop.requests", "drop.answers"]);
                let action = format!("{verb}: {{ api: {api}, from: {from}, to: {to}, for: {time} }}");
                Strike { silent: true, ..plain(action) }
            }
            Trouble::SlowDisk => {
                let target = victims.broker(&mut whom);
                let action = if how_long.coin() {
                    format!("disk.stall: {{ broker: {target}, for: {time} }}")
                } else {
                    let factor = how_long.of(&[10, 100, 1000]);
                    format!("disk.slow: {{ broker: {target}, factor: {factor}, for: {time} }}")
                };
                Strike { takes: Some(Seat::Broker), silent: true, ..plain(action) }
            }
            Trouble::BrokenDisk => {
                let number = victims.lossy(&mut whom)?;
                let verb = how_long.of(&["disk.fail", "disk.full", "disk.read.errors"]);
                // A broker ends with its only log directory, and somebody has to start it again.
                let later = victims.noticed(span, limit)?.saturating_add(Nanos::from_millis(how_long.between(1, 500)));
                let start = format!("start: {{ process: broker {number} }}");
                Strike {
                    takes: Some(Seat::Broker),
                    then: Some((later, start)),
                    ..plain(format!("{verb}: {{ broker: broker {number}, for: {time} }}"))
                }
            }
            Trouble::Administration => {
                let election = if victims.unclean(&mut whom) { "unclean" } else { "preferred" };
                Strike { span: Nanos::ZERO, ..plain(format!("elect.leaders: {election}")) }
            }
        })
    }

    /// What takes a broker away for good, or until all faults end.
    pub(super) fn departure(dice: &mut Dice, number: u64) -> Strike {
        let (action, silent, keeps_clients) = match dice.between(0, 3) {
            0 => (format!("crash: {{ process: broker {number} }}"), false, false),
            1 => (format!("stop: {{ process: broker {number} }}"), false, false),
            2 => (format!("partition: {{ between: [[broker {number}], [others]] }}"), true, true),
            _ => (format!("pause: {{ process: broker {number}, for: 1h }}"), true, true),
        };
        Strike { action, span: Nanos::MAX, takes: Some(Seat::Broker), silent, keeps_clients, then: None }
    }
}

/// A span beside a timeout: a half of it, a little less, a little more, or twice as long. One in three has nothing to do with
/// any.
fn beside(dice: &mut Dice, timeouts: &[Nanos]) -> Nanos {
    let shortest = Nanos::from_millis(20);
    let longest = Nanos::from_secs(30);
    match dice.any(timeouts).copied().filter(|_| !dice.once_in(3)) {
        None => dice.span(shortest, longest),
        Some(timeout) => {
            let percent = *dice.of(&[50, 90, 110, 200]);
            let around = dice.between(970, 1_030);
            Nanos(timeout.0 / 100 * percent / 1_000 * around).max(shortest)
        }
    }
}
