//! The table of attacks in THREAT_MODEL.md. A run under `SEKISHO_BLESS=1`
//! rewrites the rows of the attacks that it made; any other compares.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use sekisho_tests::root;

use crate::{
    names::ATTACKS,
    rates::{Outcome, Rates},
};

const BEGIN: &str = "<!-- attacks: written by `SEKISHO_BLESS=1 make attack` -->";
const END: &str = "<!-- attacks end -->";
const HEAD: &str = "| attack | mechanism | trials | succeeds | guessing | bound | outcome |\n\
                    |---|---|---|---|---|---|---|\n";

/// Attacks are made by several threads; the file is one.
static FILE: Mutex<()> = Mutex::new(());

/// Writes an attack's row, or compares it with the one that stands there.
pub(crate) fn keep(rates: &Rates) {
    let _one_at_a_time = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = fs::read_to_string(file()).unwrap();
    let mut rows = rows(&text);
    if std::env::var_os("SEKISHO_BLESS").is_some() {
        rows.insert(rates.name.to_owned(), row(rates));
        fs::write(file(), with(&text, &rows)).unwrap();
        return;
    }
    let Some(written) = rows.get(rates.name) else {
        panic!("THREAT_MODEL.md has no row of `{}`: {ADVICE}", rates.name);
    };
    let told = written.trim_end_matches(" |").rsplit("| ").next().unwrap();
    assert!(
        told == outcome(rates.outcome, rates) || may_be_chance(rates, told),
        "THREAT_MODEL.md says `{told}` of {rates:?}: {ADVICE}"
    );
}

const ADVICE: &str = "read why, then `SEKISHO_BLESS=1` rewrites it";

/// Whether an attack that is open was as unlucky as to look like guessing.
fn may_be_chance(rates: &Rates, told: &str) -> bool {
    let open = [Outcome::Succeeded, Outcome::Neutralised];
    rates.bound > rates.guess_rate
        && rates.is_like_guessing()
        && open.iter().any(|one| outcome(*one, rates) == told)
}

fn file() -> PathBuf {
    root().join("THREAT_MODEL.md")
}

fn row(rates: &Rates) -> String {
    let (_, source, words) = ATTACKS
        .iter()
        .find(|(name, ..)| *name == rates.name)
        .unwrap();
    format!(
        "| [`{}`](tests/attacks/{source}): {words} | {} | {} | {} | {} | {} | {} |",
        rates.name,
        rates.mechanism,
        rates.trials,
        percent(rates.success_rate),
        percent(rates.guess_rate),
        percent(rates.bound),
        outcome(rates.outcome, rates),
    )
}

fn percent(rate: f64) -> String {
    format!("{:.0} %", 100.0 * rate)
}

fn outcome(outcome: Outcome, rates: &Rates) -> String {
    match outcome {
        Outcome::Refused => "refused".to_owned(),
        Outcome::Suppressed => "suppressed".to_owned(),
        Outcome::Neutralised => "neutralised".to_owned(),
        Outcome::Succeeded if rates.bound > rates.guess_rate => "**open**".to_owned(),
        Outcome::Succeeded => "succeeded".to_owned(),
    }
}

/// The rows between the marks, by attack.
fn rows(text: &str) -> BTreeMap<String, String> {
    between(text)
        .lines()
        .filter_map(|line| {
            let name = line.strip_prefix("| [`")?.split('`').next()?;
            Some((name.to_owned(), line.to_owned()))
        })
        .collect()
}

fn between(text: &str) -> &str {
    let (_, rest) = text.split_once(BEGIN).unwrap();
    rest.split_once(END).unwrap().0
}

fn with(text: &str, rows: &BTreeMap<String, String>) -> String {
    let known = |name: &str| ATTACKS.iter().any(|(known, ..)| *known == name);
    let rows: Vec<&str> = rows
        .iter()
        .filter(|(name, _)| known(name))
        .map(|(_, row)| row.as_str())
        .collect();
    text.replacen(between(text), &format!("\n{HEAD}{}\n", rows.join("\n")), 1)
}

#[test]
fn the_threat_model_has_a_row_of_every_attack_and_of_no_other() {
    if std::env::var_os("SEKISHO_BLESS").is_some() {
        return;
    }
    let _one_at_a_time = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let rows = rows(&fs::read_to_string(file()).unwrap());
    let mut names: Vec<&str> = ATTACKS.iter().map(|(name, ..)| *name).collect();
    names.sort_unstable();
    assert_eq!(
        rows.keys().map(String::as_str).collect::<Vec<_>>(),
        names,
        "`SEKISHO_BLESS=1 make attack` writes the table"
    );
}
