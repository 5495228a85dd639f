//! `--resume FILE`: to go on where an earlier call has ended.

use std::io;
use std::ops::ControlFlow;

use super::watcher::Watcher;
use super::{SweepFormat, no_threads};
use crate::cli::merge::{complain_of, open};
use crate::cli::output::complain;
use crate::cli::{Exit, interrupt};
use crate::explore::line;
use crate::explore::merge::LinePlace;
use crate::explore::pool::PoolNews;
use crate::explore::result::SeedResult;
use crate::explore::resume::{Earlier, Ending};
use crate::explore::shard::Part;
use crate::explore::sweep::{Plan, sweep_part};

/// What an earlier call has printed. What is wrong with it is said.
pub(super) fn earlier(file: &str, plan: &Plan, part: &Part) -> Result<Earlier, Exit> {
    let (name, source) = open(file)?;
    Earlier::read(name, source, &plan.origin(), part).map_err(|fault| complain_of(&fault))
}

/// Counts what is known and completes what is torn; gives what is left.
pub(super) fn take_up(
    earlier: Earlier,
    part: Part,
    plan: &Plan,
    watcher: &mut Watcher<'_>,
) -> io::Result<Result<Part, Exit>> {
    earlier.merged.results().for_each(|result| {
        watcher.keep_known(result);
        watcher.count(result);
    });
    let mut left = part.without(earlier.merged.results().map(|result| result.seed));
    if watcher.format() == SweepFormat::Jsonl {
        match earlier.ending {
            Ending::Whole => {}
            Ending::Unended => watcher.print("\n")?,
            Ending::Torn { seed, begin, place } => {
                let result = match alone(plan, seed) {
                    Ok(Some(result)) => watcher.completed(&result),
                    // Interrupted again, and nothing was printed.
                    Ok(None) => return Ok(Err(Exit::Interrupted)),
                    Err(exit) => return Ok(Err(exit)),
                };
                let line = line::write(&plan.origin(), &result);
                let Some(rest) = line.strip_prefix(&begin) else { return Ok(Err(foreign(&place, seed))) };
                watcher.print(&format!("{rest}\n"))?;
                watcher.keep(&result);
                watcher.count(&result);
                left = left.without(std::iter::once(seed));
            }
        }
    }
    Ok(Ok(watcher.broken().map_or(left.clone(), |seed| left.below(seed))))
}

/// What one seed comes to; none if somebody interrupts.
fn alone(plan: &Plan, seed: u64) -> Result<Option<SeedResult>, Exit> {
    let mut found = None;
    let watcher = |news: PoolNews<'_, SeedResult>| {
        if let PoolNews::Result(result) = news {
            found = Some(result.clone());
        }
        ControlFlow::Continue(())
    };
    let part = Part::whole(std::iter::once(seed).collect());
    sweep_part(plan, &part, || false, interrupt::asked, watcher).map_err(|error| no_threads(&error))?;
    Ok(found)
}

fn foreign(place: &LinePlace, seed: u64) -> Exit {
    complain(&format!(
        "error: the last line is torn, and the line of seed {seed} does not begin like that\n  --> {place}\nhelp: take the last \
         line out of the file\n"
    ));
    Exit::Usage
}
