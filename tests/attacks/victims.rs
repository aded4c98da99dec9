//! Whom attacks are after.

use rand::{rngs::StdRng, seq::SliceRandom as _};
use sekisho_tests::{Dataset, Person};

use crate::{
    intruder::Reply,
    rates::{Attempt, Met},
};

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

/// Attempts from what was seen, by one who has learnt which views go with which
/// secrets.
pub(crate) fn attempts(right: Vec<bool>, met: Met) -> Vec<Attempt> {
    let attempts = right.into_iter();
    attempts.map(|right| Attempt { right, met }).collect()
}
