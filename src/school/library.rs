//! All lessons, claims and questions there are.

use super::exercise::{Exercise, RunOf};
use super::reader::{self, Reader};
use crate::scenario::diagnostic::Diagnostic;
use crate::scenario::findings::{Findings, nearest};
use crate::scenario::node::{At, Span, YamlNode, YamlValue, shorten};
use crate::scenario::{self, ScenarioText, codes, yaml};

include!(concat!(env!("OUT_DIR"), "/embedded_lessons.rs"));

/// A lesson: the learner predicts, something is run, and what happened is explained.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// Such as `L08`.
    pub id: String,
    /// What it is about, in a few words.
    pub title: String,
    /// The part of the syllabus that it belongs to.
    pub part: String,
    /// What the learner wants to know, and what there is to know before the prediction.
    pub opening: String,
    /// Runs and prediction; none if it is locked.
    pub body: Availability<Exercise>,
    /// What to look at in the run.
    pub watch: Vec<String>,
    /// What happened, with the figures of the run.
    pub explain: String,
    /// What to try next.
    pub vary: Option<Variation>,
    /// What an interviewer asks next.
    pub next: Vec<String>,
    /// The claims that it answers.
    pub claims: Vec<At<String>>,
    /// The questions of the bank that belong to it.
    pub questions: Vec<At<String>>,
    span: Span,
}

/// Something to try after a lesson.
#[derive(Clone, Debug)]
pub struct Variation {
    /// What, and what to look at.
    pub says: String,
    /// The run, and what it must show.
    pub exercise: Exercise,
}

/// A statement about Kafka, and what is true of it.
#[derive(Clone, Debug)]
pub struct Claim {
    /// Such as `C042`.
    pub id: String,
    /// As people say it.
    pub says: String,
    /// What is true of it.
    pub verdict: Truth,
    /// Many believe it who know Kafka.
    pub folklore: bool,
    /// What it is about.
    pub topic: String,
    /// The runs that show it.
    pub body: Availability<Exercise>,
    /// What the runs found, with their figures.
    pub finding: Option<String>,
    /// What is right instead, or under which conditions.
    pub correction: Option<String>,
    /// Where that stands: a path in Kafka, a KIP.
    pub source: Option<String>,
    span: Span,
}

/// What is true of a claim.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Truth {
    /// As it is said.
    True,
    /// Under conditions that the claim leaves out.
    Conditional,
    /// It was once.
    Outdated,
    /// No.
    Wrong,
}

impl Truth {
    const WORDS: [(&'static str, Truth); 4] = [
        ("true", Truth::True),
        ("true if", Truth::Conditional),
        ("outdated", Truth::Outdated),
        ("wrong", Truth::Wrong),
    ];
    /// As files have it.
    pub fn word(self) -> &'static str {
        Truth::WORDS.iter().find(|(_, truth)| *truth == self).map_or("", |(word, _)| word)
    }
}

/// A question of an interview.
#[derive(Clone, Debug)]
pub struct InterviewQuestion {
    /// Such as `Q101`.
    pub id: String,
    /// For whom.
    pub level: Level,
    /// What it is about.
    pub topic: String,
    /// The question.
    pub asks: String,
    /// What a good answer has.
    pub answer: String,
    /// The run and the prediction that go with it.
    pub body: Availability<Exercise>,
    /// What the run shows, with its figures.
    pub explain: Option<String>,
    /// What to look at in the run.
    pub watch: Vec<String>,
    /// What is asked next.
    pub next: Vec<String>,
    span: Span,
}

/// For whom a question is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Who uses Kafka.
    Basic,
    /// Who builds on it.
    Intermediate,
    /// Who answers for it.
    Advanced,
}

impl Level {
    /// All, with the words of files and of the command line.
    pub const WORDS: [(&'static str, Level); 3] =
        [("basic", Level::Basic), ("intermediate", Level::Intermediate), ("advanced", Level::Advanced)];
    /// As files have it.
    pub fn word(self) -> &'static str {
        Level::WORDS.iter().find(|(_, level)| *level == self).map_or("", |(word, _)| word)
    }
}

/// Whether something can be run.
#[derive(Clone, Debug)]
pub enum Availability<T> {
    /// It can.
    Open(Box<T>),
    /// Not yet: what the model lacks for it.
    Locked(String),
    /// There is nothing to run: why.
    TextOnly(String),
}

impl<T> Availability<T> {
    /// What can be run.
    pub fn open(&self) -> Option<&T> {
        match self {
            Availability::Open(body) => Some(body),
            Availability::Locked(_) | Availability::TextOnly(_) => None,
        }
    }
}

impl Claim {
    /// The runs that show it.
    pub fn exercise(&self) -> Option<&Exercise> {
        self.body.open()
    }
}

/// Lessons, claims and questions, in their order.
#[derive(Clone, Debug, Default)]
pub struct Library {
    /// By id.
    pub lessons: Vec<Lesson>,
    /// By id.
    pub claims: Vec<Claim>,
    /// By id.
    pub questions: Vec<InterviewQuestion>,
    /// The texts that they stand in, and what each has.
    texts: Vec<(ScenarioText, Vec<String>)>,
    /// Scenarios beside those that the program brings along, by name.
    scenarios: Vec<(String, ScenarioText)>,
}

/// What the program brings along.
///
/// # Errors
/// None in a program that has been tested: a test holds that there is nothing wrong with it.
pub fn embedded() -> Result<Library, Vec<Diagnostic>> {
    let mut library = Library::default();
    let mut faults = Vec::new();
    for (name, text) in EMBEDDED {
        faults.extend(library.add(ScenarioText::new(*name, *text)));
    }
    library.sort();
    if faults.is_empty() { Ok(library) } else { Err(faults) }
}

impl Library {
    /// Adds what stands in a text: a lesson, or a list of `claims` or `questions`. Returns what is wrong with it.
    pub fn add(&mut self, text: ScenarioText) -> Vec<Diagnostic> {
        let mut findings = Findings::new([text.clone()]);
        let ids = match yaml::read(0, &text.text, &mut findings) {
            Some(root) => self.read(&root, &mut findings),
            None => {
                if !findings.has_errors() {
                    findings.push(
                        Diagnostic::error(codes::EMPTY, format!("`{}` has no content", text.name))
                            .with_help("begin with `lesson: L08`, or with a list under `claims:` or `questions:`"),
                    );
                }
                Vec::new()
            }
        };
        self.texts.push((text, ids));
        findings.finish()
    }

    /// Adds a lesson, which stands in this text, in place of one of the same id.
    pub fn replace(&mut self, lesson: Lesson, text: ScenarioText) {
        self.lessons.retain(|known| known.id != lesson.id);
        self.texts.iter_mut().for_each(|(_, ids)| ids.retain(|id| *id != lesson.id));
        self.texts.push((text, vec![lesson.id.clone()]));
        self.lessons.push(lesson);
        self.sort();
    }
    /// Adds a scenario that runs may name, beside those that the program brings along.
    pub fn add_scenario(&mut self, name: String, text: ScenarioText) {
        self.scenarios.push((name, text));
    }
    /// The scenario of that name.
    pub(super) fn scenario(&self, name: &str) -> Result<ScenarioText, Diagnostic> {
        let own = self.scenarios.iter().find(|(known, _)| known == name).map(|(_, text)| text.clone());
        own.or_else(|| scenario::embedded::find(name)).ok_or_else(|| {
            let unknown = Diagnostic::error(codes::UNKNOWN_SCENARIO, format!("unknown scenario `{}`", shorten(name)));
            match scenario::embedded::suggest(name) {
                Some(near) => unknown.with_help(format!("did you mean `{near}`?")),
                None => unknown
                    .with_help("`kafkasim list` names the scenarios of the library; `--scenario FILE` adds another"),
            }
        })
    }

    fn read(&mut self, root: &YamlNode, findings: &mut Findings) -> Vec<String> {
        let keys = match &root.value {
            YamlValue::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        let has = |key: &str| keys.iter().any(|(known, _)| known.value == key);
        if has("lesson") {
            let lesson = lesson(root, findings);
            let ids = lesson.iter().map(|lesson| lesson.id.clone()).collect();
            self.lessons.extend(lesson);
            return ids;
        }
        if !has("claims") && !has("questions") {
            let begin = keys.first().map_or(root.span, |(key, _)| key.span);
            findings
                .error(codes::MISSING_KEY, begin, "neither a lesson nor claims nor questions")
                .label("what is it?")
                .help("begin with `lesson: L08`, or with a list under `claims:` or `questions:`");
            return Vec::new();
        }
        let Some(mut reader) = Reader::open(root, "file", findings) else { return Vec::new() };
        let topic = reader.text("topic").unwrap_or_default();
        let (claims, questions) = (reader.list("claims"), reader.list("questions"));
        let claims: Vec<Claim> = claims.iter().filter_map(|node| claim(node, &topic, reader.findings)).collect();
        let questions = questions.iter().filter_map(|node| question(node, &topic, reader.findings));
        let questions: Vec<InterviewQuestion> = questions.collect();
        reader.close();
        let ids = claims.iter().map(|claim| claim.id.clone());
        let ids = ids.chain(questions.iter().map(|question| question.id.clone())).collect();
        self.claims.extend(claims);
        self.questions.extend(questions);
        ids
    }

    fn sort(&mut self) {
        self.lessons.sort_by(|a, b| a.id.cmp(&b.id));
        self.claims.sort_by(|a, b| a.id.cmp(&b.id));
        self.questions.sort_by(|a, b| a.id.cmp(&b.id));
    }

    /// The lesson of that id.
    pub fn lesson(&self, id: &str) -> Option<&Lesson> {
        self.lessons.iter().find(|lesson| is_called(&lesson.id, id))
    }
    /// The claim of that id.
    pub fn claim(&self, id: &str) -> Option<&Claim> {
        self.claims.iter().find(|claim| is_called(&claim.id, id))
    }
    /// The question of that id.
    pub fn question(&self, id: &str) -> Option<&InterviewQuestion> {
        self.questions.iter().find(|question| is_called(&question.id, id))
    }
    /// The text in which a lesson, claim or question stands.
    ///
    /// # Panics
    /// If it is not in the library.
    pub fn source_of(&self, id: &str) -> &ScenarioText {
        let found = self.texts.iter().find(|(_, ids)| ids.iter().any(|known| known == id));
        &found.expect("whatever is in the library stands in a text").0
    }
    /// Every id.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.texts.iter().flat_map(|(_, ids)| ids).map(String::as_str)
    }
    /// The id nearest to a word, among those that begin with a letter (`L` of lessons, `C` of claims, `Q` of questions), if one is
    /// near enough to be meant.
    pub fn suggest(&self, word: &str, kind: char) -> Option<&str> {
        nearest(word, self.ids().filter(|id| id.starts_with(kind)))
    }
}

impl Lesson {
    /// Where it stands in its text.
    pub(super) fn span(&self) -> Span {
        self.span
    }
}
impl Claim {
    /// Where it stands in its text.
    pub(super) fn span(&self) -> Span {
        self.span
    }
}
impl InterviewQuestion {
    /// Where it stands in its text.
    pub(super) fn span(&self) -> Span {
        self.span
    }
}

/// Whether a word means this id: `L08` is also `l8` and `8`.
fn is_called(id: &str, word: &str) -> bool {
    let number = |text: &str| -> Option<u32> { text.parse().ok() };
    let (kind, digits) = id.split_at(1);
    let rest = word.trim().strip_prefix(kind).or_else(|| word.trim().strip_prefix(&kind.to_lowercase()));
    id.eq_ignore_ascii_case(word) || number(digits).is_some_and(|n| number(rest.unwrap_or(word.trim())) == Some(n))
}

/// What can be run, or why not.
fn body(reader: &mut Reader<'_, '_>) -> Option<Availability<Exercise>> {
    let locked = reader.text("locked");
    let text_only = reader.text("text.only");
    let exercise = reader::exercise(reader);
    match (exercise, locked, text_only) {
        (Some(exercise), None, None) => Some(Availability::Open(Box::new(exercise))),
        (None, Some(reason), None) => Some(Availability::Locked(reason)),
        (None, None, Some(reason)) => Some(Availability::TextOnly(reason)),
        _ => {
            let span = reader.span();
            reader
                .findings
                .error(codes::MISSING_KEY, span, "what is there to run?")
                .label("exactly one of `run` (or `runs`), `locked` and `text.only`")
                .help("`locked: ...` says what the model lacks for it, `text.only: ...` why there is nothing to run");
            None
        }
    }
}

fn lesson(node: &YamlNode, findings: &mut Findings) -> Option<Lesson> {
    let mut reader = Reader::open(node, "lesson", findings)?;
    let span = reader.span();
    let id = reader.needed_text("lesson");
    let title = reader.needed_text("title");
    let part = reader.needed_text("part");
    let opening = reader.needed_text("opening");
    let body = body(&mut reader);
    let watch = reader.texts("watch").into_iter().map(|at| at.value).collect();
    let explain = if body.as_ref().is_some_and(|body| body.open().is_some()) {
        reader.needed_text("explain")
    } else {
        Some(reader.text("explain").unwrap_or_default())
    };
    let vary = reader.node("try").and_then(|node| variation(node, reader.findings));
    let next = reader.texts("next").into_iter().map(|at| at.value).collect();
    let (claims, questions) = (reader.texts("claims"), reader.texts("questions"));
    reader.close();
    Some(Lesson {
        id: id?,
        title: title?,
        part: part?,
        opening: opening?,
        body: body?,
        watch,
        explain: explain?,
        vary,
        next,
        claims,
        questions,
        span,
    })
}

fn variation(node: &YamlNode, findings: &mut Findings) -> Option<Variation> {
    let mut reader = Reader::open(node, "variation", findings)?;
    let says = reader.needed_text("says");
    let exercise = reader::exercise(&mut reader);
    if exercise.is_none() {
        let span = reader.span();
        reader.findings.error(codes::MISSING_KEY, span, "a variation without a run").label("add `run: SCENARIO`");
    }
    reader.close();
    Some(Variation { says: says?, exercise: exercise? })
}

fn claim(node: &YamlNode, topic: &str, findings: &mut Findings) -> Option<Claim> {
    let mut reader = Reader::open(node, "claim", findings)?;
    let span = reader.span();
    let id = reader.needed_text("id");
    let says = reader.needed_text("says");
    let verdict = reader.word("verdict", "a verdict", &Truth::WORDS);
    let folklore = reader.word("folklore", "`true` or `false`", &[("true", true), ("false", false)]);
    let body = body(&mut reader);
    let finding = reader.text("finding");
    let (correction, source) = (reader.text("correction"), reader.text("source"));
    if verdict.is_none() {
        reader.findings.error(codes::MISSING_KEY, span, "a claim without a verdict").label("add `verdict: wrong`");
    }
    reader.close();
    Some(Claim {
        id: id?,
        says: says?,
        verdict: verdict?,
        folklore: folklore.unwrap_or(false),
        topic: topic.to_owned(),
        body: body?,
        finding,
        correction,
        source,
        span,
    })
}

fn question(node: &YamlNode, topic: &str, findings: &mut Findings) -> Option<InterviewQuestion> {
    let mut reader = Reader::open(node, "question", findings)?;
    let span = reader.span();
    let id = reader.needed_text("id");
    let level = reader.word("level", "a level", &Level::WORDS);
    let of_its_own = reader.text("topic");
    let asks = reader.needed_text("asks");
    let answer = reader.needed_text("answer");
    let body = body(&mut reader);
    let explain = reader.text("explain");
    let watch = reader.texts("watch").into_iter().map(|at| at.value).collect();
    let next = reader.texts("next").into_iter().map(|at| at.value).collect();
    if level.is_none() {
        reader.findings.error(codes::MISSING_KEY, span, "a question without a level").label("add `level: basic`");
    }
    reader.close();
    Some(InterviewQuestion {
        id: id?,
        level: level?,
        topic: of_its_own.unwrap_or_else(|| topic.to_owned()),
        asks: asks?,
        answer: answer?,
        body: body?,
        explain,
        watch,
        next,
        span,
    })
}

/// The runs of an exercise, as command lines.
pub fn commands(exercise: &Exercise) -> impl Iterator<Item = String> + '_ {
    exercise.runs.iter().map(|(_, run): &(String, RunOf)| format!("kafkasim run {}", run.arguments()))
}
