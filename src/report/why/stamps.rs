//! The stations of a story: more are noted than are told.
//!
//! Each has a weight. When there are more than a reader wants, the light ones go; what is left stays in the order in
//! which it happened.

use crate::history::fact::Entry;
use crate::protocol::ids::BrokerList;
use crate::sim::time::Nanos;

/// Most stations of a story in its short form; with its title and its cause that is a dozen lines.
pub const SHORT: usize = 10;
/// Most stations of a passport. A record that was sent a hundred times has more than anybody reads.
pub const MOST: usize = 60;

macro_rules! stations {
    ($($variant:ident = $name:literal: $doc:literal,)*) => {
        /// What happens at a station.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum PassportStation {
            $(#[doc = $doc] $variant,)*
        }
        impl PassportStation {
            /// Its name, in one word or two.
            pub fn name(self) -> &'static str {
                match self { $(PassportStation::$variant => $name,)* }
            }
        }
    };
}

stations! {
    Buffered = "buffered": "send() was called, and the record waits in the producer's buffer.",
    Sent = "sent": "A produce request was handed to the network.",
    Retried = "retry": "An attempt failed, and the batch goes back to the buffer.",
    Refused = "refused": "The leader refused it before the append.",
    Appended = "appended": "The leader wrote it to its log.",
    Recognised = "recognised": "The leader knew it for one that it has.",
    Replicated = "replicated": "A follower copied it.",
    Committed = "committed": "The high watermark passed it.",
    Acknowledged = "acknowledged": "The producer was told that it is written; with acks=0 it takes that for granted.",
    GivenUp = "given up": "The producer told the application that send() has failed.",
    Unfinished = "unfinished": "There was no outcome yet when the process or the run ended.",
    Transaction = "transaction": "Something about the record's transaction.",
    Marker = "marker": "A control record decided the record's transaction.",
    Fetched = "fetched": "poll() gave it to an application.",
    Acquired = "acquired": "A share group gave it to a member, which holds it under a lock.",
    Freed = "let go": "Nobody of a share group holds it any more.",
    Processed = "processed": "An application was done with it.",
    PassedOver = "passed over": "A consumer did not hand it out, or an application left it out.",
    Position = "position": "A consumer began to read somewhere.",
    OffsetCommitted = "offset": "A group's committed offset passed it.",
    CommitFailed = "commit failed": "An offset commit failed.",
    Membership = "group": "Somebody came, went, or got another partition.",
    Elected = "elected": "The partition has another leader.",
    Isr = "isr": "The in-sync replicas changed.",
    Fenced = "fenced": "The controller takes a broker for dead.",
    Stopped = "stopped": "A process ended or stands still.",
    Started = "started": "A process began or goes on.",
    Cut = "cut off": "A replica lost its copy.",
    Replaced = "replaced": "Another record was written: in its place, or before it.",
    Fault = "fault": "A fault of the scenario.",
    Event = "fact": "Something else.",
}

/// How much a station says.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Weight {
    /// It fills a gap.
    Aside,
    /// It helps to understand.
    Detail,
    /// It belongs to the story.
    Turn,
    /// Without it there is no story.
    Point,
}

/// Something that happened.
#[derive(Clone, PartialEq, Debug)]
pub struct Stamp {
    /// When; the first time, for one that counts.
    pub at: Nanos,
    /// In the handling of which event; none for what is told from a later fact.
    pub event: Option<u64>,
    /// What kind of station.
    pub station: PassportStation,
    /// Where: `broker 1`, `checkout-0`, `controller`.
    pub place: String,
    /// What.
    pub text: String,
    /// Brokers whose copies it waited for.
    pub needed: BrokerList,
    /// How much it says.
    pub weight: Weight,
    /// How often, with nothing else between.
    pub times: u32,
    /// The last time.
    pub until: Nanos,
}

impl Stamp {
    /// What, with a count where it happened again and again.
    pub fn words(&self) -> String {
        match self.times {
            1 => self.text.clone(),
            n => format!("{} ({n} times, until {})", self.text, self.until),
        }
    }
}

/// The stations noted so far.
#[derive(Clone, Debug, Default)]
pub struct Stamps {
    all: Vec<Stamp>,
}

impl Stamps {
    /// Notes a station. What happened at the same place within the last few already is counted there.
    pub fn note(
        &mut self,
        entry: &Entry,
        station: PassportStation,
        weight: Weight,
        place: impl Into<String>,
        text: impl Into<String>,
    ) {
        const NEAR: usize = 4;
        let (place, text) = (place.into(), text.into());
        let from = self.all.len().saturating_sub(NEAR);
        match self.all[from..].iter_mut().rev().find(|stamp| stamp.place == place && stamp.text == text) {
            Some(stamp) => (stamp.times, stamp.until) = (stamp.times + 1, entry.at),
            None => self.all.push(stamp(entry, station, weight, place, text)),
        }
    }
    /// Notes what happened before the fact that tells of it.
    pub fn note_before(&mut self, at: Nanos, station: PassportStation, weight: Weight, place: &str, text: String) {
        let place = place.to_owned();
        let needed = BrokerList::EMPTY;
        self.all.push(Stamp { at, event: None, station, place, text, needed, weight, times: 1, until: at });
    }
    /// Whose copies the last station waited for.
    pub fn last_needed(&mut self, brokers: BrokerList) {
        if let Some(last) = self.all.last_mut() {
            last.needed = brokers;
        }
    }
    /// Notes what caused the last stations of the same instant: it stands above them.
    pub fn note_cause(&mut self, entry: &Entry, station: PassportStation, weight: Weight, place: &str, text: String) {
        let at = self.all.iter().rposition(|stamp| stamp.at != entry.at).map_or(0, |i| i + 1);
        self.all.insert(at, stamp(entry, station, weight, place.to_owned(), text));
    }
    /// The stations of a record's life, as [`Stamps::told`]. Of what groups did before there was such a record, only where
    /// they stood last is told.
    pub fn of_a_life(mut self) -> Vec<Stamp> {
        self.all.sort_by_key(|stamp| stamp.at);
        let is_own = |stamp: &Stamp| {
            matches!(stamp.station, PassportStation::Buffered | PassportStation::Sent | PassportStation::Appended)
        };
        let born = self.all.iter().position(is_own).unwrap_or(0);
        let is_stand = |stamp: &Stamp| matches!(stamp.station, PassportStation::Membership | PassportStation::Position);
        let last = |station| self.all[..born].iter().rposition(|stamp| stamp.station == station);
        let kept = [last(PassportStation::Membership), last(PassportStation::Position)];
        let mut at = 0;
        self.all.retain(|stamp| {
            at += 1;
            at > born || !is_stand(stamp) || kept.contains(&Some(at - 1))
        });
        self.told()
    }
    /// All stations in order of time, or the weightiest of them: of the light ones the middle goes first, for how it
    /// began and how it ended says more.
    pub fn told(mut self) -> Vec<Stamp> {
        self.all.sort_by_key(|stamp| stamp.at);
        lightened(self.all, MOST, |light| light.len() / 2)
    }
    /// The stations that led to something: of the light ones the oldest goes first.
    pub fn latest(mut self) -> Vec<Stamp> {
        self.all.sort_by_key(|stamp| stamp.at);
        lightened(self.all, SHORT, |_| 0)
    }
}

fn stamp(entry: &Entry, station: PassportStation, weight: Weight, place: String, text: String) -> Stamp {
    let (at, event, needed) = (entry.at, Some(entry.event), BrokerList::EMPTY);
    Stamp { at, event, station, place, text, needed, weight, times: 1, until: at }
}

/// The weightiest, in their order; `first` chooses which of the lightest goes.
pub fn lightened(mut all: Vec<Stamp>, most: usize, first: impl Fn(&[usize]) -> usize) -> Vec<Stamp> {
    while all.len() > most {
        let least = all.iter().map(|stamp| stamp.weight).min().expect("there are some");
        let light: Vec<usize> = (0..all.len()).filter(|i| all[*i].weight == least).collect();
        all.remove(light[first(&light)]);
    }
    all
}
