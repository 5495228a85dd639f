//! Texts with figures in them: `the leader had acknowledged {lost} records`.

use std::collections::BTreeSet;

/// The names of the figures in a text.
pub fn figures(text: &str) -> BTreeSet<&str> {
    pieces(text).filter_map(|piece| piece.err()).collect()
}

/// Puts figures in. What nobody knows stays as it stands.
pub fn fill(text: &str, figure: impl Fn(&str) -> Option<String>) -> String {
    let piece = |piece: Result<&str, &str>| match piece {
        Ok(text) => text.to_owned(),
        Err(name) => figure(name).unwrap_or_else(|| format!("{{{name}}}")),
    };
    pieces(text).map(piece).collect()
}

/// Text as it is, or the name of a figure.
fn pieces(text: &str) -> impl Iterator<Item = Result<&str, &str>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let is_name =
            |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
        let open = rest.match_indices('{').find_map(|(start, _)| {
            let end = start + rest[start..].find('}')?;
            is_name(&rest[start + 1..end]).then_some((start, end))
        });
        let (piece, left) = match open {
            Some((0, end)) => (Err(&rest[1..end]), &rest[end + 1..]),
            Some((start, _)) => (Ok(&rest[..start]), &rest[start..]),
            None => (Ok(rest), ""),
        };
        rest = left;
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_braces_is_a_figure_and_the_rest_is_text() {
        let text = "{lost} of {acked.of-cure} lost; { crash: broker } and {} and { stay";
        assert_eq!(figures(text), BTreeSet::from(["lost", "acked.of-cure"]));
        let filled = fill(text, |name| (name == "lost").then(|| "103".into()));
        assert_eq!(filled, "103 of {acked.of-cure} lost; { crash: broker } and {} and { stay");
    }
}
