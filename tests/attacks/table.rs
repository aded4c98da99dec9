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
pub(crate) fn keep(rates: &Rates) -> Result<(), String> {
    let _one_at_a_time = FILE.lock().unwrap_or_else(PoisonError::into_inner);
    let text = fs::read_to_string(file()).unwrap();
    let mut rows = rows(&text);
    if std::env::var_os("SEKISHO_BLESS").is_some() {
        rows.insert(rates.name.to_owned(), row(rates));
        fs::write(file(), with(&text, &rows)).unwrap();
        return Ok(());
    }
    let Some(written) = rows.get(rates.name) else {
        let name = rates.name;
        return Err(format!("THREAT_MODEL.md has no row of `{name}`: {ADVICE}"));
    };
    let told = written.trim_end_matches(" |").rsplit("| ").next().unwrap();
    if told == outcome(rates) {
        return Ok(());
    }
    Err(format!(
        "THREAT_MODEL.md says `{told}` of {rates:?}: {ADVICE}"
    ))
}

const ADVICE: &str = "read why, then `SEKISHO_BLESS=1` rewrites it";

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
        outcome(rates),
    )
}

fn percent(rate: f64) -> String {
    format!("{:.0} %", 100.0 * rate)
}

/// How far above guessing a bound is if the attack is not taken for solved.
const OPEN: f64 = 0.06;

/// What the bound says of an attack that is answered, and not the luck of a run.
fn outcome(rates: &Rates) -> &'static str {
    match rates.outcome {
        Outcome::Refused => "refused",
        Outcome::Suppressed => "suppressed",
        _ if rates.bound > rates.guess_rate + OPEN => "**open**",
        Outcome::Neutralised => "neutralised",
        Outcome::Succeeded => "**succeeded**",
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
    around(text).1
}

/// The text up to the table, the table, and the text from its end.
fn around(text: &str) -> (&str, &str, &str) {
    let begin = text.find(BEGIN).unwrap() + BEGIN.len();
    let end = begin + text[begin..].find(END).unwrap();
    (&text[..begin], &text[begin..end], &text[end..])
}

fn with(text: &str, rows: &BTreeMap<String, String>) -> String {
    let known = |name: &str| ATTACKS.iter().any(|(known, ..)| *known == name);
    let rows: Vec<&str> = rows
        .iter()
        .filter(|(name, _)| known(name))
        .map(|(_, row)| row.as_str())
        .collect();
    let (before, _, after) = around(text);
    format!("{before}\n{HEAD}{}\n{after}", rows.join("\n"))
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
