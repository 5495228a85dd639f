//! What `learn`, `claim` and `interview` have in common: the library, the file of what was done, and asking.

use std::fs;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};

use super::output::{Output, complain, complain_of_bug};
use super::{Exit, input};
use crate::school::exercise::Exercise;
use crate::school::laboratory::{Failure, PerformedExercise, perform};
use crate::school::library::{Library, embedded};
use crate::school::progress::LearnerProgress;

/// All lessons, claims and questions.
///
/// # Errors
/// What the program brings along is broken, which its tests hold that it is not.
pub(super) fn library() -> Result<Library, Exit> {
    embedded().map_err(|findings| {
        input::report(&findings);
        Exit::Bug
    })
}

/// Scenarios of the user's own that lessons may run, by the names of their files.
#[derive(clap::Args, Debug)]
pub(super) struct OwnScenarios {
    /// A scenario of your own, which lessons name by its file's name without `.yaml`. Can be given again and again.
    #[arg(long = "scenario", value_name = "FILE")]
    scenarios: Vec<String>,
}

impl OwnScenarios {
    /// Adds them.
    ///
    /// # Errors
    /// One cannot be read, which is told.
    pub fn add_to(&self, library: &mut Library) -> Result<(), Exit> {
        for path in &self.scenarios {
            let text = input::file(path).map_err(|diagnostic| {
                input::report(&[diagnostic]);
                Exit::Usage
            })?;
            let name = Path::new(path).file_stem().unwrap_or_default().to_string_lossy().into_owned();
            library.add_scenario(name, text);
        }
        Ok(())
    }
}

/// Runs an exercise of the library.
///
/// # Errors
/// It cannot be run, which is told.
pub(super) fn run(library: &Library, id: &str, exercise: &Exercise) -> Result<PerformedExercise, Exit> {
    perform(library, id, exercise).map_err(|failure| told(&failure))
}

/// Tells why there is no result.
pub(super) fn told(failure: &Failure) -> Exit {
    match failure {
        Failure::Unsound(findings) => {
            input::report(findings);
            Exit::Bug
        }
        Failure::Bug(bug) => complain_of_bug(bug),
    }
}

/// The file that knows what was done.
pub(super) struct ProgressFile {
    path: Option<PathBuf>,
    /// What was done.
    pub progress: LearnerProgress,
}

/// Where the file is, if not where programs keep such things.
const VARIABLE: &str = "KAFKASIM_PROGRESS";

impl ProgressFile {
    /// Reads it. That there is none yet is no error.
    ///
    /// # Errors
    /// It is there and cannot be used, which is told: it is not overwritten.
    pub fn open() -> Result<ProgressFile, Exit> {
        let Some(path) = path() else { return Ok(ProgressFile { path: None, progress: LearnerProgress::default() }) };
        match read(&path) {
            Ok(progress) => Ok(ProgressFile { path: Some(path), progress: progress.unwrap_or_default() }),
            Err(error) => {
                complain(&format!(
                    "error: `{}` does not say what was learnt: {error}\nhelp: mend or remove it, or have {VARIABLE} name \
                     another file\n",
                    path.display()
                ));
                Err(Exit::Usage)
            }
        }
    }
    /// Where it is.
    pub fn place(&self) -> String {
        self.path
            .as_ref()
            .map_or_else(|| format!("nowhere; {VARIABLE} names a file"), |path| path.display().to_string())
    }
    /// Writes it, whole or not at all. That it cannot be written is told, and ends nothing.
    pub fn save(&self) {
        let Some(path) = &self.path else { return };
        let written = || -> io::Result<()> {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                fs::create_dir_all(folder)?;
            }
            // What is behind a link is written, and not the link.
            let path = &fs::canonicalize(path).unwrap_or_else(|_| path.clone());
            let new = path.with_extension("new");
            fs::write(&new, self.progress.to_json())?;
            fs::rename(&new, path)
        };
        if let Err(error) = written() {
            complain(&format!("warning: cannot keep what was done in `{}`: {error}\n", path.display()));
        }
    }
    /// Forgets everything. Returns whether there was something.
    ///
    /// # Errors
    /// The file is none of ours, or cannot be removed.
    pub fn reset() -> Result<Option<PathBuf>, String> {
        let Some(path) = path() else { return Ok(None) };
        if read(&path).map_err(|error| format!("`{}` does not say what was learnt: {error}", path.display()))?.is_none()
        {
            return Ok(None);
        }
        fs::remove_file(&path).map_err(|error| format!("`{}`: {error}", path.display()))?;
        Ok(Some(path))
    }
}

/// The longest such file, in bytes: far more than all lessons and questions take.
const MOST_BYTES: u64 = 1 << 20;

/// What a file says was done; nothing if there is none.
fn read(path: &Path) -> Result<Option<LearnerProgress>, String> {
    let about = match fs::metadata(path) {
        Ok(about) => about,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    if !about.is_file() || about.len() > MOST_BYTES {
        return Err("it is no file of that kind".into());
    }
    let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
    LearnerProgress::from_json(&text).map(Some)
}

#[expect(clippy::disallowed_methods, reason = "where a learner's file is shows in no history")]
fn path() -> Option<PathBuf> {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || {
        let data = of("XDG_DATA_HOME").or_else(|| of("APPDATA")).or_else(|| Some(of("HOME")?.join(".local/share")));
        Some(data?.join("kafkasim").join("progress.json"))
    };
    of(VARIABLE).or_else(home)
}

/// What somebody at a terminal answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Reply {
    /// The option of that number, from 0.
    Option(usize),
    /// Wants a hint.
    Hint,
    /// Wants to see the answer.
    Show,
    /// Has enough.
    Quit,
}

/// Whether somebody is there to answer.
pub(super) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Asks until there is an answer.
///
/// # Errors
/// Those of the streams.
pub(super) fn ask(options: usize, hint: bool, out: &mut Output) -> io::Result<Reply> {
    let help = if hint { ", h for a hint" } else { "" };
    loop {
        out.print(&format!("\n  your answer (1 to {options}{help}, Enter to see it, q to stop): "))?;
        out.flush()?;
        io::stdout().flush()?;
        let mut line = String::new();
        if io::stdin().lock().read_line(&mut line)? == 0 {
            return Ok(Reply::Quit);
        }
        match reply(&line, options, hint) {
            Some(reply) => return Ok(reply),
            None => out.print("  that is none of them\n")?,
        }
    }
}

fn reply(line: &str, options: usize, hint: bool) -> Option<Reply> {
    match line.trim().to_lowercase().as_str() {
        "" => Some(Reply::Show),
        "h" | "hint" if hint => Some(Reply::Hint),
        "q" | "quit" | "exit" => Some(Reply::Quit),
        number => number.parse().ok().filter(|n| (1..=options).contains(n)).map(|n: usize| Reply::Option(n - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_a_number_or_a_letter() {
        assert_eq!(reply(" 2\n", 3, true), Some(Reply::Option(1)));
        assert_eq!(reply("4\n", 3, true), None);
        assert_eq!(reply("0\n", 3, true), None);
        assert_eq!(reply("\n", 3, true), Some(Reply::Show));
        assert_eq!(reply("H\r\n", 3, true), Some(Reply::Hint));
        assert_eq!(reply("h\n", 3, false), None);
        assert_eq!(reply("q\n", 3, true), Some(Reply::Quit));
        assert_eq!(reply("two\n", 3, true), None);
    }
}
