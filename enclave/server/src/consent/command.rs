//! `sekisho-enclave consent`: what the operator says of individuals' consent.
//!
//! An enclave that serves is told over its socket; else the ledger is opened and
//! written directly. No message repeats an individual's name.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, bail};
use clap::{Args, Subcommand};
use sekisho_consent::{Individuals, Record, Summary};
use sekisho_runtime::clock::{Clock as _, SystemClock};
use sekisho_tables::Store;

use super::{
    Consents,
    control::{Control, Told, done, tell},
};
use crate::{config::EnclaveConfig, keys::LedgerKeys, report};

/// What may be said of consent.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Take the consents of a file, in place of what was known of its individuals.
    #[command(
        after_help = "The file is CSV, with the columns individual_id, codes, industry, countries, registered_on, collected_by, withdrawn.\n\nExample:\n  sekisho-enclave consent import consents.csv --dataset liver --config /etc/sekisho/enclave.toml"
    )]
    Import {
        /// The file.
        file: PathBuf,
        /// Take those of whom there are no data yet, too: their consent waits for them.
        #[arg(long)]
        not_yet_ingested: bool,
        #[command(flatten)]
        of: Of,
    },
    /// Count individuals no more, in any snapshot, from the next answer on.
    #[command(
        after_help = "Example:\n  sekisho-enclave consent withdraw JC000123 JC004711 --dataset liver --config /etc/sekisho/enclave.toml"
    )]
    Withdraw {
        /// The individuals, as the holder's tables name them.
        #[arg(required = true)]
        individuals: Vec<String>,
        /// Take those of whom there are no data yet, too.
        #[arg(long)]
        not_yet_ingested: bool,
        #[command(flatten)]
        of: Of,
    },
    /// Count individuals again who had withdrawn, for what they consent to.
    #[command(
        after_help = "Example:\n  sekisho-enclave consent reinstate JC000123 --dataset liver --config /etc/sekisho/enclave.toml"
    )]
    Reinstate {
        /// The individuals, as the holder's tables name them.
        #[arg(required = true)]
        individuals: Vec<String>,
        #[command(flatten)]
        of: Of,
    },
    /// Say of how many individuals consent is on record, and how many withdrew.
    #[command(
        after_help = "Example:\n  sekisho-enclave consent show --dataset liver --config /etc/sekisho/enclave.toml"
    )]
    Show {
        #[command(flatten)]
        of: Of,
    },
}

/// Which dataset of which enclave.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The dataset; it may be left out where the enclave holds one only.
    #[arg(long)]
    dataset: Option<String>,
    /// The enclave's configuration.
    #[arg(long, value_name = "FILE", env = "SEKISHO_ENCLAVE_CONFIG")]
    config: PathBuf,
}

/// An enclave's files.
struct Enclave {
    config: EnclaveConfig,
    store: Store,
    dataset: String,
}

/// Does what is said, and prints what came of it.
pub(crate) fn run(command: &Command) -> anyhow::Result<()> {
    match command {
        Command::Import {
            file,
            not_yet_ingested,
            of,
        } => import(&Enclave::open(of)?, file, *not_yet_ingested),
        Command::Withdraw {
            individuals,
            not_yet_ingested,
            of,
        } => withdraw(&Enclave::open(of)?, individuals, *not_yet_ingested),
        Command::Reinstate { individuals, of } => reinstate(&Enclave::open(of)?, individuals),
        Command::Show { of } => show(&Enclave::open(of)?),
    }
}

fn import(enclave: &Enclave, file: &Path, not_yet_ingested: bool) -> anyhow::Result<()> {
    let bytes = fs::read(file).with_context(|| format!("`{}`", file.display()))?;
    let name = file.display().to_string();
    let nothing = || format!("nothing was imported from `{name}`");
    let consents = sekisho_policies::consents(&name, &bytes).with_context(nothing)?;
    let individuals: Vec<String> = (consents.iter())
        .map(|consent| consent.individual.clone())
        .collect();
    let known = enclave.store.indices(&enclave.dataset, &individuals)?;
    let nobody = consents
        .iter()
        .zip(&known)
        .filter(|(_, index)| index.is_none());
    let lines: Vec<u64> = nobody.map(|(consent, _)| consent.line).collect();
    let unknown = lines.len();
    let dataset = &enclave.dataset;
    let indices = match known.into_iter().collect::<Option<Vec<u32>>>() {
        Some(indices) => indices,
        None if not_yet_ingested => enclave.store.enrol(dataset, &individuals)?,
        None => bail!(
            "{}: {unknown} of its {} individuals are nobody of {dataset}, in {}; correct their names, or add --not-yet-ingested if their data have not come yet",
            nothing(),
            individuals.len(),
            listed(&lines)
        ),
    };
    let record = Record::import(&consents, &indices);
    let Summary {
        individuals,
        withdrawn,
    } = record.summary();
    enclave.change(record)?;
    report::line(&format!(
        "the consent of {individuals} at {dataset} is in force; whoever had withdrawn stays so until `consent reinstate`"
    ));
    if withdrawn > 0 {
        report::line(&format!("  {withdrawn} of them are withdrawn"));
    }
    if unknown > 0 {
        report::line(&format!(
            "  of {unknown} the dataset has no data yet; their consent waits for them"
        ));
    }
    Ok(())
}

fn withdraw(
    enclave: &Enclave,
    individuals: &[String],
    not_yet_ingested: bool,
) -> anyhow::Result<()> {
    let indices = if not_yet_ingested {
        enclave.store.enrol(&enclave.dataset, individuals)?
    } else {
        enclave.known(individuals).context(
            "nobody was withdrawn; correct the name, or add --not-yet-ingested if their data have not come yet",
        )?
    };
    let record = Record::Withdraw(Individuals(indices.into_iter().collect()));
    let of = record.summary().individuals;
    let changed = enclave.change(record)?;
    let dataset = &enclave.dataset;
    report::line(&format!(
        "{of} withdrawn at {dataset}: no later answer counts them"
    ));
    already(of, changed, "had withdrawn before");
    Ok(())
}

fn reinstate(enclave: &Enclave, individuals: &[String]) -> anyhow::Result<()> {
    let known = enclave.known(individuals);
    let indices = known.context("nobody was reinstated; correct the name")?;
    let record = Record::Reinstate(Individuals(indices.into_iter().collect()));
    let of = record.summary().individuals;
    let changed = enclave.change(record)?;
    let dataset = &enclave.dataset;
    report::line(&format!(
        "{of} reinstated at {dataset}, for what they consent to"
    ));
    already(of, changed, "had not withdrawn");
    Ok(())
}

/// Says of how many nothing changed.
fn already(of: u64, changed: u64, how: &str) {
    if let Some(same) = of.checked_sub(changed).filter(|same| *same > 0) {
        report::line(&format!("  {same} of them {how}"));
    }
}

/// Lines of a file, of many the first.
fn listed(lines: &[u64]) -> String {
    const SHOWN: usize = 20;
    let shown = lines.iter().take(SHOWN).map(u64::to_string);
    let shown: Vec<String> = shown.collect();
    let more = lines.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!(" and {more} more"));
    format!("line {}{}", shown.join(", "), more.unwrap_or_default())
}

fn show(enclave: &Enclave) -> anyhow::Result<()> {
    let dataset = enclave.dataset.clone();
    match enclave.told(Told::Count { dataset })? {
        Control::Counts {
            on_record,
            withdrawn,
        } => {
            report::line(&format!(
                "{} consents on record at {}",
                on_record, enclave.dataset
            ));
            report::line(&format!("{withdrawn} withdrawn"));
            Ok(())
        }
        Control::Failed(why) => bail!(why),
        Control::Done { .. } => bail!("the enclave is of another version"),
    }
}

impl Enclave {
    fn open(of: &Of) -> anyhow::Result<Self> {
        let config = EnclaveConfig::read(&of.config)?;
        let store = Store::open(config.store.clone())?;
        let held = store.datasets()?;
        let dataset = match (&of.dataset, held.as_slice()) {
            (Some(dataset), held) if held.contains(dataset) => dataset.clone(),
            (None, [only]) => only.clone(),
            (Some(dataset), _) => bail!(
                "no dataset `{dataset}` is held here; ingest it first, or write one of: {}",
                held.join(", ")
            ),
            (None, _) => bail!("write which dataset is meant: --dataset {}", held.join("|")),
        };
        Ok(Self {
            config,
            store,
            dataset,
        })
    }

    /// The dense indices of individuals, all of whom must be known.
    fn known(&self, individuals: &[String]) -> anyhow::Result<Vec<u32>> {
        let indices = self.store.indices(&self.dataset, individuals)?;
        if let Some(at) = indices.iter().position(Option::is_none) {
            let (number, dataset) = (at + 1, &self.dataset);
            bail!("individual number {number} of the command is nobody of {dataset}");
        }
        Ok(indices.into_iter().flatten().collect())
    }

    /// Brings a change into force; of how many the withdrawal changed.
    fn change(&self, record: Record) -> anyhow::Result<u64> {
        let dataset = self.dataset.clone();
        match self.told(Told::Change { dataset, record })? {
            Control::Done { changed } => Ok(changed),
            Control::Failed(why) => bail!(
                "the change was not acknowledged: {why}; see with `consent show` what is in force"
            ),
            Control::Counts { .. } => bail!("the enclave is of another version"),
        }
    }

    /// Tells the enclave that serves, or does it at the ledger of one that does not.
    fn told(&self, told: Told) -> anyhow::Result<Control> {
        if let Some(answer) = tell(&self.config.ledger.control(), &told)? {
            return Ok(answer);
        }
        let keys = LedgerKeys::open(&self.config.ledger.keys, &self.config.ledger.dir)?;
        let ledger = keys
            .ledger(&self.config.ledger)
            .context("the enclave does not answer, and its ledger cannot be opened in its place")?;
        let consents = Consents::new(Arc::new(ledger));
        Ok(done(&consents, told, SystemClock.now_ms()))
    }
}
