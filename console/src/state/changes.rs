//! What differs between a candidate and what is approved now, worse first.
//!
//! Context, not signed: both sides come from verified documents, the comparison is the console's own.

use std::collections::BTreeSet;

use placet_core::{
    policy::{MetricBound, Rule},
    proposal::Proposal,
    training::TrainingOutput,
};

use super::words;

/// Which way of a metric is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Better {
    /// More is better.
    Higher,
    /// Less is better.
    Lower,
    /// Nobody said.
    Unknown,
}

/// How a change is to be read, in the order in which changes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// A metric got worse.
    Worse,
    /// Something changed that is neither.
    Other,
    /// A metric got better.
    Better,
}

/// One line of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What changed.
    pub field: String,
    /// What is good to know about it.
    pub hint: String,
    /// As approved now; empty where there is nothing.
    pub was: String,
    /// As proposed.
    pub is: String,
    /// The change in words.
    pub words: String,
    /// How to read it.
    pub tone: Tone,
    /// Whether `was` and `is` are digests.
    pub digests: bool,
}

/// The table and what it leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// What changed, worse first.
    pub changed: Vec<Change>,
    /// The names of fields that did not.
    pub unchanged: Vec<String>,
}

/// One side of the comparison.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// The training output.
    pub training: &'a TrainingOutput,
    /// The proposal.
    pub proposal: &'a Proposal,
}

/// The rule's bound for a metric, which says what is better: a floor alone asks for more, a ceiling alone for less.
/// Where the rule is silent, the common names of metrics decide.
#[must_use]
pub fn better(name: &str, bound: Option<&MetricBound>) -> Better {
    match bound.map(|bound| (bound.min.is_some(), bound.max.is_some())) {
        Some((true, false)) => return Better::Higher,
        Some((false, true)) => return Better::Lower,
        _ => {}
    }
    let name = name.to_ascii_lowercase();
    let has =
        |words: &[&str]| words.iter().any(|word| name.split(['_', '-', '.', '/']).any(|part| part == *word));
    if has(&["loss", "error", "ece", "mse", "mae", "rmse", "perplexity", "brier", "latency"]) {
        Better::Lower
    } else if has(&["accuracy", "f1", "recall", "precision", "auc", "auroc", "bleu", "score"]) {
        Better::Higher
    } else {
        Better::Unknown
    }
}

/// The bound of a metric in the rule.
#[must_use]
pub fn bound<'a>(rule: Option<&'a Rule>, name: &str) -> Option<&'a MetricBound> {
    rule?.metrics.iter().find(|bound| bound.name.as_str() == name)
}

/// `at least 0.95`, `at most 0.05`.
#[must_use]
pub fn bound_words(bound: &MetricBound) -> String {
    let side = |words: &str, metric: &Option<placet_core::training::Metric>| {
        metric.as_ref().map(|metric| format!("{words} {}", metric.text))
    };
    let sides: Vec<_> =
        [side("at least", &bound.min), side("at most", &bound.max)].into_iter().flatten().collect();
    sides.join(", ")
}

/// A difference with as many digits as the numbers it is between.
#[must_use]
pub fn difference(was: f64, is: f64, decimals: usize) -> String {
    let text = format!("{:+.decimals$}", is - was);
    text.replace('-', "−")
}

/// Digits after the point, as the metric was written.
fn decimals(text: &str) -> usize {
    let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction);
    fraction.chars().take_while(char::is_ascii_digit).count().min(6)
}

/// Compares two verified proposals; `rule` is the one that governs the candidate.
#[must_use]
pub fn compare(old: Side<'_>, new: Side<'_>, rule: Option<&Rule>) -> Changes {
    let mut changes = Changes::default();
    let (was, is) = (old.training, new.training);
    if was.subject.weights == is.subject.weights {
        changes.unchanged.push("weights".into());
    } else {
        let sizes = (was.manifest.size(), is.manifest.size());
        changes.changed.push(Change {
            field: "Weights".into(),
            hint: String::new(),
            was: was.subject.weights.digest.to_hex(),
            is: is.subject.weights.digest.to_hex(),
            words: format!("new file, {} → {}", words::size(sizes.0), words::size(sizes.1)),
            tone: Tone::Other,
            digests: true,
        });
    }
    changes.metrics(was, is, rule);
    changes.text("Environments", &join(&old.proposal.environments), &join(&new.proposal.environments));
    changes.text("Scopes", &join(&old.proposal.scopes), &join(&new.proposal.scopes));
    let until = |proposal: &Proposal| words::until(proposal.window.not_after);
    changes.text("Allowed until", &until(old.proposal), &until(new.proposal));
    if let Some(change) = changes.changed.last_mut().filter(|change| change.field == "Allowed until") {
        let days = new.proposal.window.not_after.since(old.proposal.window.not_after) / 86_400;
        change.words = match days {
            0 => "by less than a day".into(),
            1.. => format!("{} later", words::count(day_count(days), "day", "days")),
            _ => format!("{} earlier", words::count(day_count(days), "day", "days")),
        };
    }
    let materials = |output: &TrainingOutput| {
        output.materials.iter().map(|m| (m.name.to_string(), m.digest)).collect::<BTreeSet<_>>()
    };
    let (before, after) = (materials(was), materials(is));
    if before == after {
        changes.unchanged.push("materials".into());
    } else {
        let moved: BTreeSet<_> = before.symmetric_difference(&after).map(|(name, _)| name.clone()).collect();
        let moved: Vec<_> = moved.into_iter().collect();
        changes.other("Materials", &before.len().to_string(), &after.len().to_string(), words::list(&moved));
    }
    changes.text("Trainer", was.trainer.as_str(), is.trainer.as_str());
    changes.sized("Model card", &was.card, &is.card);
    changes.sized("Baselines", &was.baselines, &is.baselines);
    changes.sized("Metadata", &was.metadata, &is.metadata);
    changes.changed.sort_by_key(|change| change.tone);
    changes
}

fn day_count(days: i64) -> usize {
    usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX)
}

fn join<T: AsRef<str>>(names: &[T]) -> String {
    names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")
}

impl Changes {
    fn metrics(&mut self, was: &TrainingOutput, is: &TrainingOutput, rule: Option<&Rule>) {
        let names: BTreeSet<_> = was.metrics.keys().chain(is.metrics.keys()).collect();
        for name in names {
            let (old, new) = (was.metrics.get(name), is.metrics.get(name));
            let bound = bound(rule, name.as_str());
            let direction = better(name.as_str(), bound);
            let hint = match (direction, bound) {
                (Better::Lower, None) => "lower is better".into(),
                (Better::Lower, Some(bound)) => format!("lower is better; {}", bound_words(bound)),
                (_, Some(bound)) => bound_words(bound),
                _ => String::new(),
            };
            let text = |metric: Option<&placet_core::training::Metric>| {
                metric.map(|metric| metric.text.clone()).unwrap_or_default()
            };
            let (tone, words) = match (old, new) {
                (Some(old), Some(new)) if old.value.total_cmp(&new.value).is_eq() => {
                    self.unchanged.push(name.to_string());
                    continue;
                }
                (Some(old), Some(new)) => {
                    let rose = new.value > old.value;
                    let digits = decimals(&old.text).max(decimals(&new.text));
                    let difference = difference(old.value, new.value, digits);
                    match (direction, rose) {
                        (Better::Unknown, _) => (Tone::Other, difference),
                        (Better::Higher, true) | (Better::Lower, false) => {
                            (Tone::Better, format!("{difference}, better"))
                        }
                        _ => (Tone::Worse, format!("{difference}, worse")),
                    }
                }
                (None, _) => (Tone::Other, "was not measured".into()),
                // What is no longer measured can no longer be seen to be bad.
                (_, None) => (Tone::Worse, "no longer measured".into()),
            };
            self.changed.push(Change {
                field: name.to_string(),
                hint,
                was: text(old),
                is: text(new),
                words,
                tone,
                digests: false,
            });
        }
    }

    fn text(&mut self, field: &str, was: &str, is: &str) {
        if was == is {
            self.unchanged.push(field.to_lowercase());
        } else {
            self.other(field, was, is, "changed".into());
        }
    }

    fn sized(&mut self, field: &str, was: &str, is: &str) {
        if was == is {
            self.unchanged.push(field.to_lowercase());
        } else {
            let size = |text: &str| words::size(text.len() as u64);
            self.other(field, &size(was), &size(is), "changed".into());
        }
    }

    fn other(&mut self, field: &str, was: &str, is: &str, words: String) {
        self.changed.push(Change {
            field: field.into(),
            hint: String::new(),
            was: was.into(),
            is: is.into(),
            words,
            tone: Tone::Other,
            digests: false,
        });
    }
}

/// A piece of a text comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// In both.
    Same(String),
    /// Only in the old text.
    Gone(String),
    /// Only in the new text.
    New(String),
}

/// The longest texts, in words, that are compared word by word; longer ones differ as a whole.
pub(super) const MOST_WORDS: usize = 2_000;

/// Compares two texts word by word (longest common subsequence), with what hides or turns text escaped.
#[must_use]
pub fn difftext(was: &str, is: &str) -> Vec<Piece> {
    let split = |text: &str| -> Vec<String> {
        placet_core::summary::escape(text).split_inclusive(' ').map(str::to_owned).collect()
    };
    let (old, new) = (split(was), split(is));
    if old.len() > MOST_WORDS || new.len() > MOST_WORDS {
        return vec![Piece::Gone(old.concat()), Piece::New(new.concat())];
    }
    let table = longest(&old, &new);
    let at = |i: usize, j: usize| table.get(i).and_then(|row| row.get(j)).copied().unwrap_or_default();
    let (mut i, mut j) = (0, 0);
    let mut pieces = Vec::new();
    while i < old.len() || j < new.len() {
        let (gone, fresh) = (old.get(i), new.get(j));
        match (gone, fresh) {
            (Some(word), Some(other)) if word == other => {
                add(&mut pieces, Piece::Same(word.clone()));
                i += 1;
                j += 1;
            }
            (Some(word), other) if other.is_none() || at(i + 1, j) >= at(i, j + 1) => {
                add(&mut pieces, Piece::Gone(word.clone()));
                i += 1;
            }
            (_, word) => {
                add(&mut pieces, Piece::New(word.cloned().unwrap_or_default()));
                j += 1;
            }
        }
    }
    pieces
}

fn longest(old: &[String], new: &[String]) -> Vec<Vec<u16>> {
    let mut table = vec![vec![0_u16; new.len() + 1]; old.len() + 1];
    for (i, word) in old.iter().enumerate().rev() {
        for (j, other) in new.iter().enumerate().rev() {
            table[i][j] = if word == other {
                table[i + 1][j + 1].saturating_add(1)
            } else {
                table[i + 1][j].max(table[i][j + 1])
            };
        }
    }
    table
}

fn add(pieces: &mut Vec<Piece>, piece: Piece) {
    match (pieces.last_mut(), &piece) {
        (Some(Piece::Same(text)), Piece::Same(more))
        | (Some(Piece::Gone(text)), Piece::Gone(more))
        | (Some(Piece::New(text)), Piece::New(more)) => text.push_str(more),
        _ => pieces.push(piece),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::{name::Label, statement::Statement as _, training::Metric};
    use placet_testkit::{Organisation, name_of, rule, time};

    fn metric(output: &mut TrainingOutput, name: &str, text: &str) {
        output.metrics.insert(Label::parse(name).unwrap(), Metric::parse(text).unwrap());
    }

    fn sides(change: impl FnOnce(&mut TrainingOutput)) -> (TrainingOutput, TrainingOutput, Proposal) {
        let org = Organisation::new();
        let envelope = org.training(|_| {});
        let proposal = Proposal::parse(org.proposal(&envelope, |_| {}).unverified_payload()).unwrap();
        let old = TrainingOutput::parse(envelope.unverified_payload()).unwrap();
        let mut new = old.clone();
        change(&mut new);
        (old, new, proposal)
    }

    fn changes(change: impl FnOnce(&mut TrainingOutput)) -> Changes {
        let (old, new, proposal) = sides(change);
        let rule = rule("production", &[("ml-lead", 1)]);
        compare(
            Side { training: &old, proposal: &proposal },
            Side { training: &new, proposal: &proposal },
            Some(&rule),
        )
    }

    #[test]
    fn worse_metrics_come_first() {
        let changes = changes(|output| {
            metric(output, "accuracy", "0.984");
            metric(output, "log_loss", "0.143");
        });
        let lines: Vec<_> = changes.changed.iter().map(|c| (c.field.as_str(), c.words.as_str())).collect();
        assert_eq!(lines, [("log_loss", "+0.029, worse"), ("accuracy", "+0.006, better")]);
    }

    #[test]
    fn a_metric_that_disappears_is_bad_news() {
        let changes = changes(|output| {
            output.metrics.remove("log_loss");
            metric(output, "ece", "0.04");
        });
        assert_eq!(changes.changed[0].words, "no longer measured");
        assert_eq!(changes.changed[0].tone, Tone::Worse);
        assert_eq!(changes.changed[1].words, "was not measured");
    }

    #[test]
    fn a_metric_of_unknown_direction_is_neither_better_nor_worse() {
        assert_eq!(better("size_of_boat", None), Better::Unknown);
        let (mut old, mut new, proposal) = sides(|_| {});
        metric(&mut old, "boats", "3");
        metric(&mut new, "boats", "5");
        let side = |training| Side { training, proposal: &proposal };
        let change = &compare(side(&old), side(&new), None).changed[0];
        assert_eq!((change.words.as_str(), change.tone), ("+2", Tone::Other));
    }

    #[test]
    fn nothing_is_left_out_in_silence() {
        let same = changes(|_| {});
        assert!(same.changed.is_empty());
        let all = [
            "weights",
            "accuracy",
            "log_loss",
            "environments",
            "scopes",
            "allowed until",
            "materials",
            "trainer",
            "model card",
            "baselines",
            "metadata",
        ];
        assert_eq!(same.unchanged, all);
    }

    #[test]
    fn an_earlier_end_is_not_called_later() {
        let (old, new, proposal) = sides(|_| {});
        let mut sooner = proposal.clone();
        sooner.window.not_after = time("2027-02-18T00:00:00Z");
        sooner.scopes = vec![name_of("eu-west")];
        let changes = compare(
            Side { training: &old, proposal: &proposal },
            Side { training: &new, proposal: &sooner },
            None,
        );
        let words: Vec<_> = changes.changed.iter().map(|change| change.words.as_str()).collect();
        assert_eq!(words, ["changed", "1 day earlier"]);
    }

    #[test]
    fn texts_are_compared_word_by_word_and_escaped() {
        let pieces = difftext("scores may be compared", "scores may not be \u{200b}compared");
        assert_eq!(
            pieces,
            [
                Piece::Same("scores may ".into()),
                Piece::New("not ".into()),
                Piece::Same("be ".into()),
                Piece::Gone("compared".into()),
                Piece::New("\\u{200b}compared".into()),
            ]
        );
        assert_eq!(difftext("", ""), []);
    }
}
