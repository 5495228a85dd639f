//! The table, for programs: no clock, no machine, no number of threads.

use std::fmt::Write;

use serde_json::{Value, json};

use super::estimate::{ALPHA, EstimateBlock};
use super::measure::{FigureUnit, RunFigure};
use super::{ComparePlan, ComparedSeeds};
use crate::explore::result::SeedEnding;
use crate::explore::statistics::Interval;

/// A block with its name and unit.
struct NamedBlock {
    name: String,
    /// `probability`, `ns`, `records`, `bytes` or `times`.
    unit: &'static str,
    block: EstimateBlock,
}

fn blocks(compared: &ComparedSeeds) -> Vec<NamedBlock> {
    let estimates = compared.estimates();
    let shares = compared.mishaps.iter().zip(estimates.mishaps);
    let shares = shares.map(|(mishap, block)| NamedBlock { name: mishap.name(), unit: "probability", block });
    let told = RunFigure::ALL.into_iter().zip(estimates.figures).filter(|(figure, block)| figure.is_told(block));
    let figures = told.map(|(figure, block)| NamedBlock {
        name: figure.name().into(),
        unit: match figure.unit() {
            FigureUnit::Time => "ns",
            FigureUnit::Records => "records",
            FigureUnit::Bytes => "bytes",
            FigureUnit::Times => "times",
        },
        block,
    });
    shares.chain(figures).collect()
}

/// Six digits behind the point, and for times none: what is beyond is noise.
fn number(value: f64, unit: &str) -> Value {
    let scale = if unit == "ns" { 1.0 } else { 1e6 };
    let rounded = libm::round(value * scale) / scale;
    // There is no minus zero.
    if unit == "ns" { json!(rounded as i64) } else { json!(rounded + 0.0) }
}

/// One document.
pub fn document(plan: &ComparePlan, compared: &ComparedSeeds, scenario: &str) -> Value {
    let rows = &compared.rows;
    let ends = |interval: Option<Interval>, unit| {
        interval.map(|i| json!({ "low": number(i.low, unit), "high": number(i.high, unit) }))
    };
    let quantities = blocks(compared).into_iter().map(|NamedBlock { name, unit, block }| {
        let settings = block.estimates.iter().zip(&block.differences).map(|(estimate, difference)| {
            json!({
                "runs": estimate.map_or(0, |e| e.runs),
                "estimate": estimate.map(|e| number(e.value, unit)),
                "interval": estimate.and_then(|e| ends(e.interval, unit)),
                "against_first": difference.map(|d| json!({
                    "seeds": d.seeds, "difference": number(d.value, unit), "interval": ends(d.interval, unit),
                    "p": d.by_chance.map(|p| number(p, "probability")), "differs": d.differs,
                })),
            })
        });
        json!({ "name": name, "unit": unit, "settings": settings.collect::<Vec<_>>() })
    });
    let settings = plan.settings.iter().enumerate().map(|(number, setting)| {
        let (missing, what) = rows.not_simulated(number);
        json!({
            "label": setting.label,
            "variant": setting.scenario.variant,
            "changes": setting.scenario.changes.iter().map(|change| {
                let (option, text) = change.option();
                json!({ "option": option, "text": text })
            }).collect::<Vec<_>>(),
            "measured": rows.measured(number),
            "as_expected": rows.count(number, SeedEnding::Met),
            "broken": rows.count(number, SeedEnding::Broken),
            "inconclusive": rows.count(number, SeedEnding::Inconclusive),
            "not_simulated": missing,
            "first_not_simulated": what,
            "missed": rows.missed(number),
        })
    });
    json!({
        "v": 1,
        "kafkasim": env!("CARGO_PKG_VERSION"),
        "scenario": scenario,
        "seeds": plan.seeds.to_string(),
        "until_ns": plan.until,
        "runs_of_each": rows.len(),
        "interrupted": compared.interrupted,
        "precision": plan.precision,
        "looks": compared.looks,
        "confidence": 1.0 - ALPHA,
        "settings": settings.collect::<Vec<_>>(),
        "quantities": quantities.collect::<Vec<_>>(),
    })
}

/// A line for each quantity and setting.
pub fn csv(plan: &ComparePlan, compared: &ComparedSeeds) -> String {
    let mut out = String::from(
        "quantity,unit,setting,runs,estimate,low,high,seeds,difference,difference_low,difference_high,p,differs\n",
    );
    for NamedBlock { name, unit, block } in blocks(compared) {
        for (setting, (estimate, difference)) in
            plan.settings.iter().zip(block.estimates.iter().zip(&block.differences))
        {
            let cell = |value: Option<f64>| value.map_or(String::new(), |value| number(value, unit).to_string());
            let (own, other) = (estimate.and_then(|e| e.interval), difference.and_then(|d| d.interval));
            let cells = [
                field(&name),
                unit.to_owned(),
                field(&setting.label),
                estimate.map_or(0, |e| e.runs).to_string(),
                cell(estimate.map(|e| e.value)),
                cell(own.map(|i| i.low)),
                cell(own.map(|i| i.high)),
                difference.map_or(String::new(), |d| d.seeds.to_string()),
                cell(difference.map(|d| d.value)),
                cell(other.map(|i| i.low)),
                cell(other.map(|i| i.high)),
                difference.and_then(|d| d.by_chance).map_or(String::new(), |p| number(p, "probability").to_string()),
                difference.map_or(String::new(), |d| d.differs.to_string()),
            ];
            let _ = writeln!(out, "{}", cells.join(","));
        }
    }
    out
}

/// A field of CSV (RFC 4180).
fn field(text: &str) -> String {
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
