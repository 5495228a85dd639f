//! `kafkasim merge`: lines of a sweep, from wherever they come, put together.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use super::Exit;
use super::output::{Output, complain};
use super::sweep::{SweepFormat, exit};
use crate::explore::line;
use crate::explore::merge::{LinePlace, MergeFault, Merged};
use crate::explore::seeds::Seeds;
use crate::explore::told::SweepStory;
use crate::scenario::diagnostic::printable;

/// Put the lines of a sweep together that several calls have written, such as those of its shards.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Files with lines of `kafkasim sweep`; `-` is standard input.
    #[arg(value_name = "FILE", required = true)]
    files: Vec<String>,
    /// The seeds that were asked for, where the lines do not say it: `1..200`.
    #[arg(long, value_name = "SEEDS")]
    seeds: Option<Seeds>,
    /// How to print.
    #[arg(long, value_enum, default_value_t = SweepFormat::Human)]
    format: SweepFormat,
}

pub(super) fn run(args: &Args, out: &mut Output) -> io::Result<Exit> {
    let merged = match read(args) {
        Ok(merged) => merged,
        Err(exit) => return Ok(exit),
    };
    let swept = merged.swept().expect("each file has a line");
    let (summary, end) = (merged.summary(), merged.end());
    let told = SweepStory { swept, summary: &summary, end: &end };
    match args.format {
        SweepFormat::Human => out.print(&told.human(out.width()))?,
        SweepFormat::Junit => out.print(&told.junit())?,
        SweepFormat::Github => out.print(&told.github())?,
        SweepFormat::Jsonl => {
            for result in merged.results() {
                out.print(&(line::write(swept, result) + "\n"))?;
            }
            told.unfinished().into_iter().for_each(|sentence| complain(&(sentence + "\n")));
        }
    }
    Ok(exit(told.worst()))
}

/// All files. What is wrong with them is said, of each file the first thing.
fn read(args: &Args) -> Result<Merged, Exit> {
    let (mut merged, mut faults) = (Merged::default(), Vec::new());
    for file in &args.files {
        let added = open(file).and_then(|(name, source)| add(&mut merged, name, source).map_err(|f| complain_of(&f)));
        faults.extend(added.err());
    }
    if let Some(seeds) = args.seeds.clone().filter(|_| faults.is_empty()) {
        faults.extend(merged.ask(seeds).map_err(|fault| complain_of(&fault)).err());
    }
    // A bug of the simulator is said before anything else.
    faults.into_iter().max_by_key(|exit| *exit as u8).map_or(Ok(merged), Err)
}

fn add(merged: &mut Merged, name: &str, mut source: impl BufRead) -> Result<(), MergeFault> {
    let place = LinePlace { file: name.into(), line: 0 };
    let unreadable = |error: io::Error| MergeFault::Input {
        place: place.clone(),
        message: format!("cannot be read: {error}"),
        help: "name a file that can be read".into(),
    };
    if source.fill_buf().map_err(unreadable)?.is_empty() {
        let message = "the file is empty".into();
        let help = "a sweep that was run has at least one line: run this shard again, or leave the file out".into();
        return Err(MergeFault::Input { place, message, help });
    }
    match merged.add(name, source)? {
        Some((place, tail)) => merged.line(place, &tail),
        None => Ok(()),
    }
}

/// A file that lines are read from, and what it is called; `-` is standard input. That there is none is said.
pub(super) fn open(file: &str) -> Result<(&str, Box<dyn BufRead>), Exit> {
    if file == "-" {
        return Ok(("<stdin>", Box::new(io::stdin().lock())));
    }
    let opened = if Path::new(file).is_dir() {
        Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory"))
    } else {
        File::open(file)
    };
    match opened {
        Ok(opened) => Ok((file, Box::new(BufReader::new(opened)) as Box<dyn BufRead>)),
        Err(error) => {
            complain(&format!(
                "error: cannot read `{}`: {error}\nhelp: name a file that `kafkasim sweep ... > FILE` has written, or `-` for \
                 standard input\n",
                printable(file)
            ));
            Err(Exit::Usage)
        }
    }
}

/// Says why lines cannot be put together, and how the command ends.
pub(super) fn complain_of(fault: &MergeFault) -> Exit {
    match fault {
        MergeFault::Input { place, message, help } => {
            complain(&format!("error: {}\n  --> {place}\nhelp: {help}\n", printable(message)));
            Exit::Usage
        }
        MergeFault::Conflict { seed, lines: [(first, one), (second, other)] } => {
            complain(&format!(
                "kafkasim has a bug: seed {seed} came to two things. The same version, scenario and seed give the same run, \
                 always; please report it with both lines.\n  --> {first}\n{one}\n  --> {second}\n{other}\n"
            ));
            Exit::Bug
        }
    }
}
