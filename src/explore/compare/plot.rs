//! What a picture of the comparison shows.

use super::estimate::{Estimate, EstimateBlock, PairedDifference};
use super::measure::{FigureUnit, RunFigure};
use super::print::{count, percent, short_labels, time};
use super::{ComparePlan, ComparedSeeds};
use crate::report::plots::compared::{ComparedField, ComparedPicture, ErrorBar, FieldUnit};
use crate::run::figures::thousands;

/// The picture before it is drawn. What never happened in any setting is left to the table, but for losses.
pub fn picture(plan: &ComparePlan, compared: &ComparedSeeds) -> ComparedPicture {
    let estimates = compared.estimates();
    let labels: Vec<&str> = plan.settings.iter().map(|setting| setting.label.as_str()).collect();
    let happened = |block: &EstimateBlock| block.estimates.iter().flatten().any(|estimate| estimate.value > 0.0);
    let shares = compared.mishaps.iter().zip(&estimates.mishaps).enumerate();
    let shares = shares
        .filter(|(number, (_, block))| *number == 0 || happened(block))
        .map(|(_, (mishap, block))| field(mishap.name(), FieldUnit::Share, block, &percent));
    let told = RunFigure::ALL.into_iter().zip(&estimates.figures).filter(|(figure, block)| figure.is_told(block));
    let figures = told.map(|(figure, block)| match figure.unit() {
        FigureUnit::Time => field(figure.name().into(), FieldUnit::Time, block, &time),
        FigureUnit::Records | FigureUnit::Times => field(figure.name().into(), FieldUnit::Records, block, &count),
        FigureUnit::Bytes => field(figure.name().into(), FieldUnit::Bytes, block, &count),
    });
    ComparedPicture {
        title: plan.settings[0].scenario.name.clone(),
        note: format!(
            "{} seeds of each setting, the same luck for all  ·  95 % intervals  ·  differs: from the first",
            thousands(compared.rows.len() as u64)
        ),
        settings: short_labels(&labels),
        fields: shares.chain(figures).collect(),
    }
}

fn field(name: String, unit: FieldUnit, block: &EstimateBlock, words: &dyn Fn(f64) -> String) -> ComparedField {
    let bar = |(estimate, difference): (&Option<Estimate>, &Option<PairedDifference>)| {
        let estimate = (*estimate)?;
        Some(ErrorBar {
            value: estimate.value,
            ends: estimate.interval.map(|interval| (interval.low, interval.high)),
            text: words(estimate.value),
            differs: difference.is_some_and(|difference| difference.differs),
        })
    };
    ComparedField { name, unit, bars: block.estimates.iter().zip(&block.differences).map(bar).collect() }
}
