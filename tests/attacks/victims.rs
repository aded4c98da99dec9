//! Whom attacks are after.

use rand::{rngs::StdRng, seq::SliceRandom as _};
use sekisho_tests::{Dataset, Person};

use crate::{
    intruder::Reply,
    rates::{Attempt, Met, normal, told_apart},
};

/// Counts are multiples of this under the profile `standard`.
const BASE: usize = 5;

/// So many victims, in random order, of whom every other one smokes. They come
/// again when all have had their turn.
pub(crate) fn victims<'a>(
    dataset: &'a Dataset,
    random: &mut StdRng,
    wanted: usize,
    suits: impl Fn(&Person) -> bool,
) -> Vec<&'a Person> {
    let mut of = |smokes: bool| -> Vec<&'a Person> {
        let people = dataset.people.iter();
        let mut found: Vec<_> = people.filter(|p| p.smoker == smokes && suits(p)).collect();
        found.shuffle(random);
        found
    };
    let [yes, no] = [of(true), of(false)].map(|found| found.into_iter().cycle());
    let pairs = yes.zip(no).flat_map(|(yes, no)| [yes, no]);
    pairs.take(wanted).collect()
}

/// The weight that nobody else has.
pub(crate) fn weight(person: &Person) -> f64 {
    person.weight.unwrap()
}

/// Everybody, from the lightest.
pub(crate) fn by_weight(dataset: &Dataset) -> Vec<&Person> {
    let mut people: Vec<_> = dataset.people.iter().collect();
    people.sort_by(|a, b| weight(a).total_cmp(&weight(b)));
    people
}

/// Where somebody stands among people.
pub(crate) fn place(people: &[&Person], of: &Person) -> usize {
    people.iter().position(|p| p.id == of.id).unwrap()
}

/// A choice by which so many of the others are counted that one more is rounded
/// up: the attacker knows the others. If there is none, any.
pub(crate) fn aimed<T: Copy>(
    random: &mut StdRng,
    choices: impl IntoIterator<Item = T>,
    others: impl Fn(T) -> usize,
) -> T {
    let mut choices: Vec<T> = choices.into_iter().collect();
    choices.shuffle(random);
    let best = choices
        .iter()
        .find(|choice| others(**choice) % BASE == BASE / 2);
    *best.or(choices.first()).unwrap()
}

/// How often one who takes different figures for a sign is right, at most, where
/// the attacker does not choose how far the cohort lies from an earlier one.
///
/// An anchor reaches T = 10 + ⌊|N(0, 2)|⌋ people far, drawn for each pair of
/// sets. If the cohort with the victim is snapped to it from d people away and
/// the one without lies d + 1 away, beyond its own T, both figures are shown.
/// Distances up to the reach are about as frequent as each other.
pub(crate) fn at_the_edge_of_an_anchor() -> f64 {
    let reached_at_most = |t: f64| (2.0 * normal((t - 9.0) / 2.0) - 1.0).max(0.0);
    let told: f64 = (0..20)
        .map(f64::from)
        .map(|d| (1.0 - reached_at_most(d)) * reached_at_most(d + 1.0))
        .sum();
    0.5 + 0.5 * told / 12.0
}

/// Whether two people are one.
pub(crate) fn same(one: &Person, other: &Person) -> bool {
    one.id == other.id
}

/// The attempt of one who takes it that the victim smokes if two figures differ.
/// Without both figures there is only guessing: the victim does not.
pub(crate) fn differing(with: &Reply, without: &Reply, smokes: bool) -> Attempt {
    let differ = match (with.number(), without.number()) {
        (Some(with), Some(without)) => (with - without).abs() > f64::EPSILON,
        // That one is hidden and the other is not tells as well.
        (a, b) => a.is_some() != b.is_some(),
    };
    Attempt {
        right: differ == smokes,
        met: with.met().min(without.met()),
    }
}

/// An attempt that one reply decides.
pub(crate) fn taken(reply: &Reply, guess: bool, truth: bool) -> Attempt {
    Attempt {
        right: guess == truth,
        met: reply.met(),
    }
}

/// The attempts of the form of an attack that did best: what one form learns must
/// not drown in what others do not.
pub(crate) fn best_form(forms: Vec<Vec<Attempt>>) -> Vec<Attempt> {
    let rate = |form: &[Attempt]| {
        let right = form.iter().filter(|attempt| attempt.right);
        right.count() as f64 / form.len().max(1) as f64
    };
    let best = forms.into_iter().max_by(|a, b| {
        let met = |form: &[Attempt]| form.iter().map(|attempt| attempt.met).max();
        rate(a).total_cmp(&rate(b)).then(met(a).cmp(&met(b)))
    });
    best.unwrap()
}

/// Attempts by one who has learnt which views of a form go with which secrets.
pub(crate) fn learnt_of(seen: &[(String, bool, Met)]) -> Vec<Attempt> {
    let views: Vec<_> = seen
        .iter()
        .map(|(view, secret, _)| (view.clone(), *secret))
        .collect();
    let right = told_apart(&views).into_iter().zip(seen);
    right
        .map(|(right, (_, _, met))| Attempt { right, met: *met })
        .collect()
}

/// Attempts from what was seen, by one who has learnt which views go with which
/// secrets.
pub(crate) fn attempts(right: Vec<bool>, met: Met) -> Vec<Attempt> {
    let attempts = right.into_iter();
    attempts.map(|right| Attempt { right, met }).collect()
}
