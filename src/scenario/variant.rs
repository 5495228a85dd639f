//! Variants: changes that a scenario file itself names. Like `--set` they are made in the tree, before it is
//! decoded, so that a mistake in one is reported at its line like any other.

use super::codes;
use super::diagnostic::Diagnostic;
use super::file::File;
use super::findings::{Findings, list, nearest};
use super::node::{At, YamlNode, YamlValue};
use super::set;

/// A variant that a scenario has.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VariantName {
    /// What `--variant` takes.
    pub name: String,
    /// What it shows, in one sentence; may be empty.
    pub summary: String,
    /// What it sets, each as one would write it after `--set`.
    pub sets: Vec<String>,
}

/// The value under a key.
fn under<'n>(node: &'n YamlNode, key: &str) -> Option<&'n YamlNode> {
    match &node.value {
        YamlValue::Map(entries) => entries.iter().find(|(k, _)| k.value == key).map(|(_, value)| value),
        _ => None,
    }
}

/// Applies what the variant sets.
pub(super) fn apply(root: &mut YamlNode, name: &str, findings: &mut Findings) {
    let variants = under(root, "variants");
    let Some(variant) = variants.and_then(|variants| under(variants, name)) else {
        let known: Vec<&str> = match variants.map(|variants| &variants.value) {
            Some(YamlValue::Map(entries)) => entries.iter().map(|(key, _)| key.as_str()).collect(),
            _ => Vec::new(),
        };
        return findings.push(unknown(name, &known));
    };
    let Some(At { value: YamlValue::Map(changes), .. }) = under(variant, "set") else { return };
    for (path, value) in changes.clone() {
        set::apply_entry(root, &path, value, findings);
    }
}

fn unknown(name: &str, known: &[&str]) -> Diagnostic {
    let error = Diagnostic::error(codes::UNKNOWN_VARIANT, format!("unknown variant `{}`", super::node::shorten(name)));
    match (nearest(name, known.iter().copied()), known) {
        (Some(near), _) => error.with_help(format!("did you mean `{near}`?")),
        (None, []) => error.with_help("the scenario has no variants; `--set PATH=VALUE` changes a value"),
        (None, known) => error.with_help(format!("there is {}", list(known))),
    }
}

/// Whether a change has put other expectations in place of the file's: then they are those of no variant either.
pub(super) fn expects_anew(root: &YamlNode) -> bool {
    under(root, "expect").is_some_and(|expect| expect.span.source > 0)
}

/// Puts the words and expectations of a variant in place of the scenario's, but for those that a change has put there.
pub(super) fn take_over(file: &mut File, name: &str, expects_anew: bool) {
    let variants = file.variants.iter_mut().flat_map(|variants| &mut variants.value.0);
    let Some((_, Some(variant))) = variants.into_iter().find(|(known, _)| known.value == name) else { return };
    if let Some(summary) = variant.summary.clone() {
        file.summary = Some(summary);
    }
    if let Some(teaches) = variant.teaches.clone() {
        file.teaches = Some(teaches);
    }
    if let Some(expect) = variant.expect.clone().filter(|_| !expects_anew) {
        file.expect = Some(expect);
        file.sometimes = None;
    }
}

/// The same in the tree, for a text in which the variant is the scenario. The variants are those of the scenario
/// as it was.
pub(super) fn take_over_in_tree(root: &mut YamlNode, name: &str) {
    let variant = under(root, "variants").and_then(|variants| under(variants, name)).cloned();
    let words: &[&str] = if expects_anew(root) { &["summary", "teaches"] } else { &["summary", "teaches", "expect"] };
    let YamlValue::Map(entries) = &mut root.value else { return };
    entries.retain(|(key, _)| key.value != "variants");
    let own = words.iter().filter_map(|word| Some((*word, under(variant.as_ref()?, word)?.clone())));
    for (word, value) in own {
        if word == "expect" {
            entries.retain(|(key, _)| key.value != "sometimes");
        }
        match entries.iter_mut().find(|(key, _)| key.value == word) {
            Some(entry) => entry.1 = value,
            None => entries.push((At { value: word.to_owned(), span: value.span }, value)),
        }
    }
}

/// The variants of a file, in its order.
pub(super) fn names(file: &File) -> Vec<VariantName> {
    let variants = file.variants.iter().flat_map(|variants| &variants.value.0);
    variants
        .filter_map(|(name, variant)| Some((name, variant.as_ref()?)))
        .map(|(name, variant)| VariantName {
            name: name.value.clone(),
            summary: variant.summary.as_ref().map(|text| text.0.clone()).unwrap_or_default(),
            sets: variant.set.as_ref().map(|changes| changes.0.clone()).unwrap_or_default(),
        })
        .collect()
}
