//! `kafkasim learn`: lessons. The learner predicts, something is run, and what happened is explained.

use std::io;

use super::output::{Output, complain};
use super::school::{OwnScenarios, ProgressFile, Reply, ask, somebody_is_there};
use super::{Exit, input, school};
use crate::scenario::diagnostic::{Diagnostic, Severity, printable};
use crate::school::exercise::Exercise;
use crate::school::library::{Availability, Lesson, Library};
use crate::school::{lint, print};

/// Take a lesson: predict, run, see what happened and why.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// A lesson, such as `L08`, or a file that has one. Without one, the next that was not taken yet; in a pipe, the list.
    #[arg(value_name = "LESSON|FILE")]
    lesson: Option<String>,
    /// List the lessons, and what was done so far.
    #[arg(long, conflicts_with_all = ["lesson", "lint", "reset"])]
    list: bool,
    /// Forget what was done so far.
    #[arg(long, conflicts_with_all = ["lesson", "lint"])]
    reset: bool,
    /// Check a file of a lesson, of claims or of questions: run what it has, and hold its texts against that.
    #[arg(long, value_name = "FILE", num_args = 1.., conflicts_with = "lesson")]
    lint: Vec<String>,
    #[command(flatten)]
    own: OwnScenarios,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let mut library = match school::library() {
        Ok(library) => library,
        Err(exit) => return Ok(exit),
    };
    if !args.lint.is_empty() {
        return check(args, &library, out);
    }
    if let Err(exit) = args.own.add_to(&mut library) {
        return Ok(exit);
    }
    if args.reset {
        return reset(out);
    }
    let mut file = match ProgressFile::open() {
        Ok(file) => file,
        Err(exit) => return Ok(exit),
    };
    let there = somebody_is_there();
    let id = match args.lesson.as_deref().filter(|name| name.ends_with(".yaml")) {
        Some(path) => match add_file(&mut library, path) {
            Ok(id) => Some(id),
            Err(exit) => return Ok(exit),
        },
        None => args.lesson.clone(),
    };
    let lesson = match &id {
        Some(id) => match library.lesson(id) {
            Some(lesson) => lesson,
            None => {
                complain(&unknown(&library, id));
                return Ok(Exit::Usage);
            }
        },
        None if args.list || !there => return list(&library, &file, out),
        None => match file.progress.next(&library) {
            Some(lesson) => lesson,
            None => {
                out.print(
                    "Every lesson that can be run is taken. Again from the beginning: kafkasim learn --reset\n\n",
                )?;
                return list(&library, &file, out);
            }
        },
    };
    let own = args.lesson.as_deref().is_some_and(|name| name.ends_with(".yaml"));
    take(lesson, &library, &mut file, (there, !own), out)
}

/// A lesson of the user's own; it comes in place of one of the same id.
fn add_file(library: &mut Library, path: &str) -> Result<String, Exit> {
    let usage = |diagnostics: &[Diagnostic]| {
        input::report(diagnostics);
        Exit::Usage
    };
    let text = input::file(path).map_err(|diagnostic| usage(&[diagnostic]))?;
    let mut own = Library::default();
    let findings = own.add(text.clone());
    let Some(lesson) = own.lessons.first().filter(|_| findings.is_empty()) else {
        if !findings.is_empty() {
            return Err(usage(&findings));
        }
        complain(&format!("error: there is no lesson in `{}`\nhelp: begin with `lesson: L99`\n", printable(path)));
        return Err(Exit::Usage);
    };
    library.replace(lesson.clone(), text);
    Ok(lesson.id.clone())
}

fn take(
    lesson: &Lesson,
    library: &Library,
    file: &mut ProgressFile,
    (there, kept): (bool, bool),
    out: &mut Output,
) -> io::Result<Exit> {
    let width = out.width();
    out.print(&print::opening(lesson, width))?;
    let Availability::Open(exercise) = &lesson.body else {
        out.print(&format!("\n  {}\n", print::why_closed(&lesson.body)))?;
        return Ok(Exit::Nothing);
    };
    out.print("\n")?;
    out.print(&print::prediction(exercise, width))?;
    let reply = predict(exercise, there, out)?;
    if reply == Reply::Quit {
        return Ok(Exit::Ok);
    }
    out.print("\n")?;
    out.flush()?;
    let session = match school::run(library, &lesson.id, exercise) {
        Ok(session) => session,
        Err(exit) => return Ok(exit),
    };
    let trial = session.trial();
    let chosen = match reply {
        Reply::Option(chosen) => Some(chosen),
        Reply::Show | Reply::Hint | Reply::Quit => None,
    };
    out.print(&print::happened(trial, exercise, width))?;
    out.print(&print::answer(trial, exercise, chosen, width))?;
    out.print("\n")?;
    out.print(&print::explanation(lesson, trial, width))?;
    out.print("\n")?;
    // What to try names figures of its own run.
    let vary = lesson.vary.as_ref().map(|variation| school::run(library, &lesson.id, &variation.exercise)).transpose();
    let vary = match vary {
        Ok(session) => session,
        Err(exit) => return Ok(exit),
    };
    // What somebody has written is no lesson of the syllabus.
    if there && kept {
        let right = chosen.map(|chosen| trial.right() == [chosen]);
        file.progress.lessons.entry(lesson.id.clone()).or_default().add(right);
        file.save();
    }
    let next = next(lesson, library, file);
    let vary = vary.as_ref().map(|session| session.trial());
    out.print(&print::afterwards(lesson, vary, next, library, width))?;
    Ok(Exit::Ok)
}

/// The next lesson in order that can be run; one that was not taken, if there is one.
fn next<'l>(lesson: &Lesson, library: &'l Library, file: &ProgressFile) -> Option<&'l Lesson> {
    let open = |other: &&Lesson| other.body.open().is_some() && other.id > lesson.id;
    let fresh = |other: &&Lesson| !file.progress.lessons.contains_key(&other.id);
    library.lessons.iter().filter(open).find(fresh).or_else(|| library.lessons.iter().find(open))
}

/// What somebody predicts; in a pipe nobody does.
fn predict(exercise: &Exercise, there: bool, out: &mut Output) -> io::Result<Reply> {
    let Some(predict) = exercise.predict.as_ref().filter(|_| there) else { return Ok(Reply::Show) };
    loop {
        match (ask(predict.options.len(), predict.hint.is_some(), out)?, &predict.hint) {
            (Reply::Hint, Some(hint)) => out.print(&format!("  {hint}\n"))?,
            (reply, _) => return Ok(reply),
        }
    }
}

fn list(library: &Library, file: &ProgressFile, out: &mut Output) -> io::Result<Exit> {
    let mut part = "";
    let (mut open, mut locked) = (0, 0);
    for lesson in &library.lessons {
        if lesson.part != part {
            out.print(&format!("{}{}\n", if part.is_empty() { "" } else { "\n" }, lesson.part))?;
            part = &lesson.part;
        }
        let mark = match &lesson.body {
            Availability::Open(_) => file.progress.lessons.get(&lesson.id).map_or("", |attempts| attempts.word()),
            Availability::Locked(_) => "locked",
            Availability::TextOnly(_) => "",
        };
        match &lesson.body {
            Availability::Locked(_) => locked += 1,
            Availability::Open(_) | Availability::TextOnly(_) => open += 1,
        }
        out.print(&format!("  {:<5}{mark:<8}{}\n", lesson.id, lesson.title))?;
        if let Availability::Locked(reason) = &lesson.body {
            for line in super::output::wrap(reason, out.width().saturating_sub(15)) {
                out.print(&format!("  {:13}{line}\n", ""))?;
            }
        }
    }
    let taken = file.progress.lessons.len();
    out.print(&format!(
        "\n{open} lessons can be taken, {locked} are locked until the model has what they need; {taken} taken\n"
    ))?;
    out.print(&format!("what was done is kept in {}\n", file.place()))?;
    if let Some(next) = file.progress.next(library) {
        out.print(&format!("next: kafkasim learn {}\n", next.id))?;
    }
    Ok(Exit::Ok)
}

fn reset(out: &mut Output) -> io::Result<Exit> {
    match ProgressFile::reset() {
        Ok(Some(path)) => out.print(&format!("forgotten: {} is removed\n", path.display()))?,
        Ok(None) => out.print("there was nothing to forget\n")?,
        Err(error) => {
            complain(&format!("error: cannot forget what was done: {error}\nhelp: KAFKASIM_PROGRESS names the file\n"));
            return Ok(Exit::Usage);
        }
    }
    Ok(Exit::Ok)
}

/// `--lint`: what is wrong with files, and what came of their runs.
fn check(args: &Args, known: &Library, out: &mut Output) -> io::Result<Exit> {
    let mut library = Library::default();
    if let Err(exit) = args.own.add_to(&mut library) {
        return Ok(exit);
    }
    let mut findings = Vec::new();
    for file in &args.lint {
        match input::file(file) {
            Ok(text) => findings.extend(library.add(text)),
            Err(diagnostic) => findings.push(diagnostic),
        }
    }
    let linted = match lint::lint(&library, known) {
        Ok(linted) => linted,
        Err(bug) => return Ok(super::output::complain_of_bug(&bug)),
    };
    for (id, notes) in &linted.notes {
        out.print(&format!("{id}\n"))?;
        let width = out.width().saturating_sub(2);
        for line in notes.iter().flat_map(|note| super::output::wrap(note, width)) {
            out.print(&format!("  {line}\n"))?;
        }
    }
    out.flush()?;
    findings.extend(linted.findings);
    input::report(&findings);
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    out.print(&format!("{} checked, {errors} wrong\n", library.ids().count()))?;
    Ok(if errors > 0 { Exit::Usage } else { Exit::Ok })
}

fn unknown(library: &Library, id: &str) -> String {
    let near = library.suggest(id, 'L');
    let help =
        near.map_or_else(|| "`kafkasim learn --list` lists them".to_owned(), |near| format!("did you mean `{near}`?"));
    format!("error: there is no lesson `{}`\nhelp: {help}\n", printable(id))
}
