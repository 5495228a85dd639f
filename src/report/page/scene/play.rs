//! Every scene listens to the same run: for its story and for its messages.
//!
//! This is the only place that knows how stories are told: exchange it, and the page has other stories.

use std::rc::Rc;

use super::messages::Messages;
use super::subjects::{Focus, SceneSubject, subjects};
use super::{PageScene, Told, ToldStep};
use crate::check::outcome::{Finding, Witness};
use crate::history::Observer;
use crate::history::fact::Entry;
use crate::history::record::Causes;
use crate::history::setup::Setup;
use crate::report::Report;
use crate::report::page::film::Film;
use crate::report::why::{RecordLife, Stamp, Trail, cause_of};

enum Telling {
    Life(Box<RecordLife>),
    Trail(Box<Trail>, Box<Finding>),
    Nothing,
}

/// See the module.
pub struct Player {
    setup: Rc<Setup>,
    parts: Vec<(SceneSubject, Telling, Messages)>,
}

impl Player {
    pub fn new(report: &Report, film: &Film) -> Player {
        let part = |subject: SceneSubject| {
            let telling = match &subject.focus {
                Focus::Record(record, Some(trouble)) => {
                    Telling::Life(Box::new(RecordLife::new(report.setup.clone(), *record, *trouble)))
                }
                Focus::Record(_, None) => Telling::Nothing,
                Focus::Witness(finding, witness) => trail(report, finding, witness),
            };
            let messages = Messages::new(Rc::clone(&report.setup), &subject.focus);
            (subject, telling, messages)
        };
        Player { setup: report.setup.clone(), parts: subjects(report, film).into_iter().map(part).collect() }
    }

    /// The scenes, once the run is over.
    pub fn scenes(self, causes: Option<&Causes>) -> Vec<PageScene> {
        let setup = self.setup;
        let scene = |(subject, telling, messages): (SceneSubject, Telling, Messages)| {
            let told = match telling {
                Telling::Life(life) => {
                    let story = life.story(&|_| subject.name.clone(), causes);
                    Some(Told { sentence: story.sentence, steps: steps(&story.stamps) })
                }
                Telling::Trail(trail, finding) => {
                    let witness = finding.outcome.first().expect("a scene of a witness has one");
                    let (_, sentence) = cause_of(&setup, &finding, witness, &trail);
                    Some(Told { sentence, steps: steps(&trail.stamps(causes)) })
                }
                Telling::Nothing => None,
            };
            PageScene { kind: subject.kind, name: subject.name, told, diagram: messages.diagram(causes) }
        };
        self.parts.into_iter().map(scene).collect()
    }
}

/// In the page's terms.
fn steps(stamps: &[Stamp]) -> Vec<ToldStep> {
    stamps.iter().map(|stamp| ToldStep { at: stamp.at, who: stamp.place.clone(), text: stamp.words() }).collect()
}

fn trail(report: &Report, finding: &Finding, witness: &Witness) -> Telling {
    Telling::Trail(Box::new(Trail::new(report.setup.clone(), witness.clone())), Box::new(finding.clone()))
}

impl Observer for Player {
    fn observe(&mut self, entry: &Entry) {
        for (_, telling, messages) in &mut self.parts {
            match telling {
                Telling::Life(life) => life.observe(entry),
                Telling::Trail(trail, _) => trail.observe(entry),
                Telling::Nothing => {}
            }
            messages.observe(entry);
        }
    }
}
