//! What a learner has done: lessons and questions, with what was predicted.

use std::collections::{BTreeMap, BTreeSet};

use super::library::{Lesson, Library};

/// What was done so far.
#[derive(Clone, PartialEq, Eq, Default, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LearnerProgress {
    /// Lessons, by id.
    #[serde(default)]
    pub lessons: BTreeMap<String, Attempts>,
    /// Questions of interviews, by id.
    #[serde(default)]
    pub questions: BTreeMap<String, Attempts>,
}

/// How often something was tried.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attempts {
    /// Predictions that the run bore out.
    pub right: u32,
    /// Predictions that it did not.
    pub wrong: u32,
    /// How often the answer was looked up.
    pub shown: u32,
    /// Whether the last prediction was right.
    pub last_right: bool,
}

impl Attempts {
    /// One more; `right`: whether the prediction was, if there was one.
    pub fn add(&mut self, right: Option<bool>) {
        match right {
            Some(true) => self.right += 1,
            Some(false) => self.wrong += 1,
            None => self.shown += 1,
        }
        self.last_right = right == Some(true);
    }
    /// A word for a list.
    pub fn word(&self) -> &'static str {
        match (self.last_right, self.wrong) {
            (true, _) => "right",
            (false, 0) => "seen",
            (false, _) => "missed",
        }
    }
}

impl LearnerProgress {
    /// From a file's text.
    ///
    /// # Errors
    /// It is none of ours: where and why.
    pub fn from_json(text: &str) -> Result<LearnerProgress, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }
    /// For a file.
    ///
    /// # Panics
    /// Never: there is nothing in it that JSON does not have.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("maps of texts and numbers") + "\n"
    }
    /// Questions whose last answer was wrong.
    pub fn missed(&self) -> BTreeSet<String> {
        let missed = self.questions.iter().filter(|(_, attempts)| attempts.word() == "missed");
        missed.map(|(id, _)| id.clone()).collect()
    }
    /// The first lesson that can be run and was not taken.
    pub fn next<'l>(&self, library: &'l Library) -> Option<&'l Lesson> {
        let open = |lesson: &&Lesson| lesson.body.open().is_some();
        library.lessons.iter().filter(open).find(|lesson| !self.lessons.contains_key(&lesson.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_comes_back() {
        let mut progress = LearnerProgress::default();
        let lesson = progress.lessons.entry("L08".into()).or_default();
        lesson.add(Some(false));
        assert_eq!(lesson.word(), "missed");
        lesson.add(Some(true));
        assert_eq!(lesson.word(), "right");
        progress.questions.entry("Q007".into()).or_default().add(None);
        assert_eq!(progress.questions["Q007"].word(), "seen");
        assert_eq!(LearnerProgress::from_json(&progress.to_json()), Ok(progress));
    }

    #[test]
    fn a_file_of_another_kind_is_refused() {
        let error = LearnerProgress::from_json("{\"lessons\": {}, \"score\": 7}").unwrap_err();
        assert!(error.contains("unknown field `score`") && error.contains("line 1"), "{error}");
    }
}
