//! What the threads beside the one that polls put aside in a topic: the process has one producer, and each thread waits until the copy
//! of its record is acknowledged.

use super::{ERROR_PAUSE, Memory};
use crate::app::batch::Work;
use crate::app::end::End;
use crate::app::pool::{Pool, ThreadManners};
use crate::app::processing::{Processed, record_failed};
use crate::app::spec::{DeadLetterFailure, OutletPurpose};
use crate::node::Context;
use crate::protocol::exceptions::Exception;

impl Memory {
    /// Lets the threads work as far as they go, and sends what they put aside.
    pub(super) fn threads_work(&mut self, ctx: &mut Context<'_>) -> Result<(), End> {
        let Some((pool, manners)) = self.pool_and_manners() else { return Ok(()) };
        let worked = pool.work(manners, ctx)?;
        if worked.any {
            self.consumer.between_records(ctx);
        }
        for (work, attempts) in worked.aside {
            self.send_aside(work, attempts, ctx);
        }
        Ok(())
    }
    fn pool_and_manners(&mut self) -> Option<(&mut Pool, ThreadManners<'_>)> {
        let Memory { pool, spec, per_record, sink, .. } = self;
        Some((pool.as_mut()?, ThreadManners::of(spec, per_record, sink.as_ref())))
    }

    /// What came of copies that threads have sent.
    pub(super) fn heard_of_threads(&mut self, ctx: &mut Context<'_>) -> Result<(), End> {
        let Some(outlet) = &mut self.outlet else { return Ok(()) };
        let mut results: Vec<(Work, Result<(), Exception>)> = Vec::new();
        outlet.results(|work, result| results.push((work, result)));
        // An acknowledgement may make room for what waits in send().
        outlet.send(ctx);
        for (work, result) in results {
            match result {
                Ok(()) => self.thread_has_put_aside(work, ctx),
                Err(_) => self.thread_could_not(work, ctx)?,
            }
        }
        Ok(())
    }
    fn thread_has_put_aside(&mut self, work: Work, ctx: &mut Context<'_>) {
        self.is_aside(work, ctx);
        let mut processed = Processed::default();
        processed.add(work.record, ctx);
        processed.tell(ctx);
        if let Some((pool, manners)) = self.pool_and_manners() {
            pool.put_aside(work, manners, ctx);
        }
    }
    fn thread_could_not(&mut self, work: Work, ctx: &mut Context<'_>) -> Result<(), End> {
        let policy = match self.purpose() {
            Some(OutletPurpose::DeadLetters(policy)) => policy,
            _ => DeadLetterFailure::TryAgain,
        };
        let Some((pool, manners)) = self.pool_and_manners() else { return Ok(()) };
        match policy {
            DeadLetterFailure::Crash { restart_after } => return Err(End::Crashed { restart_after }),
            DeadLetterFailure::TryAgain => pool.not_put_aside(work, ERROR_PAUSE, ctx),
            DeadLetterFailure::Log => {
                record_failed(work.record, true, ctx);
                pool.put_aside(work, manners, ctx);
            }
        }
        Ok(())
    }
}
