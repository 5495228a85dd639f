//! `kafkasim interview`: questions, answered by the simulator.
#![expect(clippy::disallowed_types, reason = "how long somebody thinks shows in no history")]

use std::collections::BTreeMap;
use std::io;
use std::time::{Duration, Instant};

use super::output::{Output, complain};
use super::school::{ProgressFile, Reply, ask, somebody_is_there};
use super::{Exit, school};
use crate::scenario::diagnostic::printable;
use crate::school::exercise::Exercise;
use crate::school::library::{InterviewQuestion, Level, Library};
use crate::school::paper::{PaperItem, PaperRequest, draw, topics};
use crate::school::print;

/// Questions of an interview: of the bank, and made ones that the simulator answers.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// One seed gives one paper.
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = super::input::parse_seed)]
    seed: u64,
    /// How many questions. Default: 10; of a mock interview 12.
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = parse_count)]
    count: Option<usize>,
    /// Only questions of this level.
    #[arg(long, value_name = "LEVEL")]
    level: Option<LevelName>,
    /// Only questions about this: `replication`, `consuming`, ...
    #[arg(long, value_name = "TOPIC")]
    topic: Option<String>,
    /// One question of the bank, such as `Q101`.
    #[arg(long, value_name = "ID", conflicts_with_all = ["level", "topic", "count", "mock", "missed"])]
    question: Option<String>,
    /// Only questions that were missed so far.
    #[arg(long, conflicts_with = "mock")]
    missed: bool,
    /// A mock interview: 30 minutes, and a summary by topic. Answers come at the end.
    #[arg(long)]
    mock: bool,
    /// The interviewer's sheet: questions, what a good answer has, the run to show.
    #[arg(long, conflicts_with = "mock")]
    sheet: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum LevelName {
    /// Who uses Kafka.
    Basic,
    /// Who builds on it.
    Intermediate,
    /// Who answers for it.
    Advanced,
}

impl From<LevelName> for Level {
    fn from(name: LevelName) -> Level {
        match name {
            LevelName::Basic => Level::Basic,
            LevelName::Intermediate => Level::Intermediate,
            LevelName::Advanced => Level::Advanced,
        }
    }
}

fn parse_count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=200) => Ok(count),
        _ => Err("a number of questions from 1 to 200".into()),
    }
}

/// How long a mock interview takes.
const MOCK: Duration = Duration::from_secs(30 * 60);

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let library = match school::library() {
        Ok(library) => library,
        Err(exit) => return Ok(exit),
    };
    let mut file = match ProgressFile::open() {
        Ok(file) => file,
        Err(exit) => return Ok(exit),
    };
    let items = match paper(args, &library, &file) {
        Ok(items) => items,
        Err(exit) => return Ok(exit),
    };
    if args.sheet {
        return sheet(&items, &library, out);
    }
    if somebody_is_there() {
        return Interview { library: &library, file: &mut file, mock: args.mock, results: Vec::new() }
            .hold(&items, out);
    }
    in_a_pipe(&items, &library, out)
}

/// The questions that are asked for.
fn paper<'l>(args: &Args, library: &'l Library, file: &ProgressFile) -> Result<Vec<PaperItem<'l>>, Exit> {
    if let Some(id) = &args.question {
        let Some(question) = library.question(id) else {
            complain(&unknown_question(library, id));
            return Err(Exit::Usage);
        };
        return Ok(vec![PaperItem::Bank(question)]);
    }
    let topics = topics(library);
    if let Some(topic) = args.topic.as_deref().filter(|topic| !topics.contains(topic)) {
        complain(&format!(
            "error: no question is about `{}`\nhelp: there is {}\n",
            printable(topic),
            topics.join(", ")
        ));
        return Err(Exit::Usage);
    }
    let count = args.count.unwrap_or(if args.mock { 12 } else { 10 });
    let request = PaperRequest {
        seed: args.seed,
        count,
        level: args.level.map(Level::from),
        topic: args.topic.clone(),
        only: args.missed.then(|| file.progress.missed()),
    };
    let items = draw(library, &request).map_err(|failure| school::told(&failure))?;
    if args.count.is_some_and(|count| items.len() < count) && !items.is_empty() {
        complain(&format!("note: there are {} such questions\n", items.len()));
    }
    if items.is_empty() {
        let why = if args.missed { "nothing of that kind was missed so far" } else { "there is no such question" };
        complain(&format!("{why}\n"));
        return Err(Exit::Nothing);
    }
    Ok(items)
}

fn unknown_question(library: &Library, id: &str) -> String {
    let near = library.suggest(id, 'Q');
    let help =
        near.map_or_else(|| "`kafkasim interview` draws some".to_owned(), |near| format!("did you mean `{near}`?"));
    format!("error: there is no question `{}`\nhelp: {help}\n", printable(id))
}

/// A question that can be asked: its words, and what there is to choose from.
struct Posed {
    text: String,
    options: Vec<String>,
    hint: Option<String>,
}

fn posed(item: &PaperItem<'_>, width: usize) -> Posed {
    match item {
        PaperItem::Bank(question) => {
            let predict = question.body.open().and_then(|exercise| exercise.predict.as_ref());
            let mut text = print::question(question, width);
            if let Some(exercise) = question.body.open() {
                text += "\n";
                text += &print::prediction(exercise, width);
            }
            Posed {
                text,
                options: predict.map_or_else(Vec::new, |p| p.options.iter().map(|o| o.says.clone()).collect()),
                hint: predict.and_then(|predict| predict.hint.clone()),
            }
        }
        PaperItem::Made(question) => Posed {
            text: print::made_question(question, width),
            options: question.options.iter().map(|option| option.says.clone()).collect(),
            hint: None,
        },
    }
}

/// The right option, if there are options, and what is said afterwards.
fn answered(
    item: &PaperItem<'_>,
    library: &Library,
    chosen: Option<usize>,
    width: usize,
) -> Result<(Option<usize>, String), Exit> {
    match item {
        PaperItem::Made(question) => Ok((Some(question.right), print::made_answer(question, chosen, width))),
        PaperItem::Bank(question) => match question.body.open() {
            Some(exercise) => of_bank(question, exercise, library, chosen, width),
            None => Ok((None, print::good_answer(question, None, width))),
        },
    }
}

fn of_bank(
    question: &InterviewQuestion,
    exercise: &Exercise,
    library: &Library,
    chosen: Option<usize>,
    width: usize,
) -> Result<(Option<usize>, String), Exit> {
    let session = school::run(library, &question.id, exercise)?;
    let trial = session.trial();
    let text = print::answer(trial, exercise, chosen, width) + &print::good_answer(question, Some(trial), width);
    Ok((trial.right().first().copied(), text))
}

/// Somebody is asked.
struct Interview<'a> {
    library: &'a Library,
    file: &'a mut ProgressFile,
    mock: bool,
    /// Item, and whether it was known; none: nobody answered.
    results: Vec<(usize, Option<bool>)>,
}

impl Interview<'_> {
    fn hold(mut self, items: &[PaperItem<'_>], out: &mut Output) -> io::Result<Exit> {
        let begun = Instant::now();
        let (mut late, mut enough) = (false, false);
        let mut said = Vec::new();
        for (number, item) in items.iter().enumerate() {
            if self.mock && begun.elapsed() > MOCK {
                late = true;
                break;
            }
            match self.one(number, items.len(), item, begun, out)? {
                Ok(Some(text)) => said.push((number, text)),
                Ok(None) => {}
                Err(None) => {
                    enough = true;
                    break;
                }
                Err(Some(exit)) => return Ok(exit),
            }
        }
        if late {
            out.print("\n  The 30 minutes are over.\n")?;
        }
        for (number, text) in said {
            out.print(&format!("\n{}\n{text}", heading(number, items.len(), &items[number])))?;
        }
        self.file.save();
        self.summary(items, out)?;
        if self.mock || enough { Ok(Exit::Ok) } else { self.again(items, out) }
    }

    /// Asks one. What is to be said of it in the end, if not at once; an error: enough.
    fn one(
        &mut self,
        number: usize,
        of: usize,
        item: &PaperItem<'_>,
        begun: Instant,
        out: &mut Output,
    ) -> io::Result<Result<Option<String>, Option<Exit>>> {
        let width = out.width();
        let clock = if self.mock {
            format!("   {} min left", (MOCK.saturating_sub(begun.elapsed())).as_secs() / 60)
        } else {
            String::new()
        };
        out.print(&format!("\n{}{clock}\n", heading(number, of, item)))?;
        let posed = posed(item, width);
        out.print(&posed.text)?;
        let Some((known, chosen)) = self.reply(&posed, out)? else { return Ok(Err(None)) };
        let (right, text) = match answered(item, self.library, chosen, width) {
            Ok(answered) => answered,
            Err(exit) => return Ok(Err(Some(exit))),
        };
        let known = was_known(&posed, known, chosen, right);
        self.results.push((number, known));
        self.file.progress.questions.entry(item.id().to_owned()).or_default().add(known);
        if self.mock {
            return Ok(Ok(Some(text)));
        }
        out.print(&format!("\n{text}"))?;
        Ok(Ok(None))
    }

    /// What somebody says: whether it was known, where nothing can be chosen, and what was chosen; none: enough.
    fn reply(&self, posed: &Posed, out: &mut Output) -> io::Result<Option<(Option<bool>, Option<usize>)>> {
        if posed.options.is_empty() {
            out.print("\n  Say your answer aloud. Did you know it? (1 yes, 2 no)\n")?;
            return Ok(match ask(2, false, out)? {
                Reply::Option(n) => Some((Some(n == 0), None)),
                Reply::Quit => None,
                Reply::Show | Reply::Hint => Some((None, None)),
            });
        }
        loop {
            match (ask(posed.options.len(), posed.hint.is_some(), out)?, &posed.hint) {
                (Reply::Hint, Some(hint)) => out.print(&format!("  {hint}\n"))?,
                (Reply::Option(n), _) => return Ok(Some((None, Some(n)))),
                (Reply::Quit, _) => return Ok(None),
                (Reply::Show | Reply::Hint, _) => return Ok(Some((None, None))),
            }
        }
    }

    fn summary(&self, items: &[PaperItem<'_>], out: &mut Output) -> io::Result<()> {
        if self.results.is_empty() {
            return Ok(());
        }
        let right = self.results.iter().filter(|(_, known)| *known == Some(true)).count();
        out.print(&format!("\n  {right} of {} right\n", self.results.len()))?;
        let mut by_topic: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
        for (number, known) in &self.results {
            let entry = by_topic.entry(items[*number].topic()).or_default();
            entry.0 += usize::from(*known == Some(true));
            entry.1 += 1;
        }
        for (topic, (right, all)) in by_topic {
            out.print(&format!("    {topic:<14}{right} of {all}\n"))?;
        }
        Ok(())
    }

    /// What was missed is asked once more.
    fn again(&mut self, items: &[PaperItem<'_>], out: &mut Output) -> io::Result<Exit> {
        let missed: Vec<usize> =
            self.results.iter().filter(|(_, known)| *known == Some(false)).map(|(number, _)| *number).collect();
        if missed.is_empty() {
            return Ok(Exit::Ok);
        }
        out.print(&format!("\n  {} missed: once more\n", missed.len()))?;
        for number in missed {
            out.print(&format!("\n{}\n", heading(number, items.len(), &items[number])))?;
            let posed = posed(&items[number], out.width());
            out.print(&posed.text)?;
            let Some((known, chosen)) = self.reply(&posed, out)? else { break };
            let right = match answered(&items[number], self.library, chosen, out.width()) {
                Ok((right, _)) => right,
                Err(exit) => return Ok(exit),
            };
            let known = was_known(&posed, known, chosen, right);
            out.print(if known == Some(true) { "  right\n" } else { "  not yet; it comes again with --missed\n" })?;
            self.file.progress.questions.entry(items[number].id().to_owned()).or_default().add(known);
        }
        self.file.save();
        Ok(Exit::Ok)
    }
}

/// Whether somebody knew it: what was chosen is right, or, where nothing can be chosen, what was said; none: it was only
/// looked at.
fn was_known(posed: &Posed, said: Option<bool>, chosen: Option<usize>, right: Option<usize>) -> Option<bool> {
    if posed.options.is_empty() { said } else { chosen.map(|chosen| Some(chosen) == right) }
}

fn heading(number: usize, of: usize, item: &PaperItem<'_>) -> String {
    match item {
        PaperItem::Bank(_) => format!("{} of {of}", number + 1),
        PaperItem::Made(question) => {
            format!("{} of {of}\n{}  {}, {}", number + 1, question.generator, question.level.word(), question.topic)
        }
    }
}

/// The paper, and behind it all answers.
fn in_a_pipe(items: &[PaperItem<'_>], library: &Library, out: &mut Output) -> io::Result<Exit> {
    let width = out.width();
    for (number, item) in items.iter().enumerate() {
        out.print(&format!("{}\n{}\n", heading(number, items.len(), item), posed(item, width).text))?;
    }
    out.print("Answers\n")?;
    for (number, item) in items.iter().enumerate() {
        match answered(item, library, None, width) {
            Ok((_, text)) => out.print(&format!("\n{}\n{text}", heading(number, items.len(), item)))?,
            Err(exit) => return Ok(exit),
        }
    }
    Ok(Exit::Ok)
}

/// For who asks.
fn sheet(items: &[PaperItem<'_>], library: &Library, out: &mut Output) -> io::Result<Exit> {
    let width = out.width();
    out.print("The interviewer's sheet\n")?;
    for (number, item) in items.iter().enumerate() {
        out.print(&format!("\n{}\n{}", heading(number, items.len(), item), posed(item, width).text))?;
        match answered(item, library, None, width) {
            Ok((_, text)) => out.print(&format!("\n{text}"))?,
            Err(exit) => return Ok(exit),
        }
    }
    Ok(Exit::Ok)
}
