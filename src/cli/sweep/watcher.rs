//! Prints and counts what a sweep tells.

use std::io;
use std::ops::ControlFlow;

use super::capsules::Capsules;
use super::{Args, SweepFormat};
use crate::cli::output::{Output, complain};
use crate::cli::progress::Progress;
use crate::cli::{Exit, interrupt};
use crate::explore::coverage::meter::CoverageMeter;
use crate::explore::line;
use crate::explore::pool::PoolNews;
use crate::explore::result::{SeedEnding, SeedResult};
use crate::explore::seeds::Seeds;
use crate::explore::shard::Part;
use crate::explore::summary::Summary;
use crate::explore::sweep::Plan;
use crate::explore::swept::SweptScenario;
use crate::explore::token::Token;
use crate::explore::told::{SweepEnd, SweepStory};

/// See the module.
pub(super) struct Watcher<'a> {
    args: &'a Args,
    plan: &'a Plan,
    out: &'a mut Output,
    format: SweepFormat,
    swept: SweptScenario,
    summary: Summary,
    /// What this call is to run.
    part: Part,
    /// What the runs of a swarm have reached together.
    coverage: CoverageMeter,
    progress: Progress,
    /// The lowest seed that broke, where one is enough.
    broken: Option<u64>,
    capsules: Option<Capsules>,
    failed: Option<io::Error>,
}

impl<'a> Watcher<'a> {
    pub(super) fn new(
        args: &'a Args,
        plan: &'a Plan,
        format: SweepFormat,
        capsules: Option<Capsules>,
        out: &'a mut Output,
    ) -> Watcher<'a> {
        Watcher {
            args,
            plan,
            out,
            format,
            swept: plan.origin(),
            summary: Summary::default(),
            part: Part::whole(Seeds::default()),
            coverage: CoverageMeter::default(),
            progress: Progress::of_things(None),
            broken: None,
            capsules,
            failed: None,
        }
    }

    /// What is told from now on are the results of these.
    pub(super) fn begin(&mut self, part: &Part) {
        self.part = part.clone();
        self.progress = Progress::of_things(u64::try_from(part.count()).ok().filter(|count| *count < 1 << 60));
    }

    /// The form of what is printed.
    pub(super) fn format(&self) -> SweepFormat {
        self.format
    }

    /// The lowest seed that broke, if that is enough.
    pub(super) fn broken(&self) -> Option<u64> {
        self.broken
    }

    pub(super) fn tell(&mut self, news: PoolNews<'_, SeedResult>) -> ControlFlow<()> {
        match news {
            PoolNews::Result(result) => self.result(result),
            PoolNews::Done(done) => {
                let broken = self.summary.count(SeedEnding::Broken) + self.summary.count(SeedEnding::Bug);
                self.progress.tell(done, |_| format!("seeds, {broken} broken"));
                ControlFlow::Continue(())
            }
        }
    }

    fn result(&mut self, result: &SeedResult) -> ControlFlow<()> {
        // Who has seen enough is still told what other threads have found behind it.
        if self.failed.is_some() || self.broken.is_some_and(|seed| seed < result.seed) {
            return ControlFlow::Break(());
        }
        let result = self.completed(result);
        self.keep(&result);
        if self.format == SweepFormat::Jsonl {
            let line = line::write(&self.swept, &result) + "\n";
            if let Err(error) = self.print(&line) {
                self.failed = Some(error);
                return ControlFlow::Break(());
            }
        }
        if let Some(trace) = &result.swarm {
            self.coverage.add(&trace.reached);
        }
        self.count(&result);
        // One that was known before is the lowest only when those below it are known, too.
        if self.broken == Some(result.seed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// The same of what an earlier call has told.
    pub(super) fn keep_known(&mut self, result: &SeedResult) {
        if let Some(capsules) = &mut self.capsules {
            capsules.keep(self.args, self.plan, result);
        }
    }

    /// What fails is written to a file, if somebody wants that; a bug is told at once.
    pub(super) fn keep(&mut self, result: &SeedResult) {
        self.keep_known(result);
        if result.ending == SeedEnding::Bug {
            let message = result.cause.as_ref().map_or("", |cause| &cause.text);
            let command = format!("kafkasim run {}", result.run.as_deref().unwrap_or_default());
            let text = format!("kafkasim has a bug: {message}\nThis shows it again: {command}\n");
            self.progress.aside(|| complain(&text));
        }
    }

    /// A result that says how it is shown again.
    pub(super) fn completed(&self, result: &SeedResult) -> SeedResult {
        let mut result = result.clone();
        if result.ending == SeedEnding::Met || result.run.is_some() {
            return result;
        }
        let Some(case) = self.plan.case(&self.args.scenario, &result) else { return result };
        // What was drawn is no line that one types.
        if result.ending >= SeedEnding::Broken || self.plan.swarm.is_some() {
            result.token = Token::of(&case, &case.recorded(&result)).ok().map(|token| token.to_string());
        }
        result.run = Some(case.again().arguments());
        result
    }

    /// Counts a result, wherever it comes from.
    pub(super) fn count(&mut self, result: &SeedResult) {
        self.summary.add(result);
        if self.args.until_failure && result.ending >= SeedEnding::Broken {
            self.broken = Some(self.broken.map_or(result.seed, |known| known.min(result.seed)));
        }
    }

    /// Prints at once: what is printed is not lost when the process is.
    pub(super) fn print(&mut self, text: &str) -> io::Result<()> {
        self.out.print(text)?;
        self.out.flush()
    }

    pub(super) fn finish(mut self) -> io::Result<Exit> {
        self.progress.clear();
        if let Some(error) = self.failed {
            return Err(error);
        }
        let end = self.end();
        let told = SweepStory { swept: &self.swept, summary: &self.summary, end: &end };
        match self.format {
            SweepFormat::Jsonl => told.unfinished().into_iter().for_each(|sentence| complain(&(sentence + "\n"))),
            SweepFormat::Human => {
                self.out.print(&told.human(self.out.width()))?;
                if self.plan.swarm.is_some() {
                    self.out.print(&self.coverage.print())?;
                }
            }
            SweepFormat::Junit => self.out.print(&told.junit())?,
            SweepFormat::Github => self.out.print(&told.github())?,
        }
        Ok(match told.worst() {
            _ if end == SweepEnd::Interrupted => Exit::Interrupted,
            // A scheduler is to be told that it was run, and not to run it again; what it found is said by `merge`.
            _ if self.args.shard.is_some() => Exit::Ok,
            worst => exit(worst),
        })
    }

    fn end(&self) -> SweepEnd {
        let not_run = self.part.without(self.summary.seeds().iter());
        match (self.broken, self.args.time_budget) {
            (Some(seed), _) if not_run.below(seed).count() == 0 => SweepEnd::FirstFailure(seed),
            _ if not_run.count() == 0 => SweepEnd::Whole,
            (_, Some(budget)) if !interrupt::asked() => SweepEnd::Budget(budget),
            _ => SweepEnd::Interrupted,
        }
    }
}

/// How a command ends that tells of a sweep which ended so.
pub(in crate::cli) fn exit(worst: SeedEnding) -> Exit {
    match worst {
        SeedEnding::Met => Exit::Ok,
        SeedEnding::Inconclusive => Exit::Inconclusive,
        SeedEnding::Broken => Exit::Broken,
        SeedEnding::Bug => Exit::Bug,
    }
}
