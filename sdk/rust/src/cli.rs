//! The commands.

mod arguments;
mod doctor;
mod exit;
mod receipts;
mod render;
mod settings;

use std::{
    io::{self, IsTerminal as _, Read as _, Write},
    sync::Arc,
};

use indicatif::ProgressBar;
use sekisho::{
    Answer, Answers, CheckResult, Frequencies, Kind, QcReport, Sites, VariantNames, Visit,
};
use sekisho_runtime::telemetry::{Guard, TelemetryConfig};

pub(crate) use arguments::Arguments;
use arguments::{Answered, Command, Format, Listing};
use exit::Ended;
pub(crate) use exit::Exit;
use settings::Settings;

/// Exports traces to the collector that the environment names. A visit does not
/// fail for want of telemetry.
pub(crate) fn telemetry() -> Option<Guard> {
    let config = TelemetryConfig {
        log: Some("error".to_owned()),
        ..TelemetryConfig::default()
    };
    sekisho_runtime::telemetry::init("sekisho", &config).ok()
}

/// Runs a command and says how it ended.
pub(crate) async fn run(arguments: Arguments) -> Exit {
    let mut out = io::stdout().lock();
    let sql = match &arguments.command {
        Command::Query(query) => Some(query.sql.clone()),
        Command::Frequencies(asked) => Some(asked.r#where.clone()),
        Command::QcReport(asked) => Some(asked.r#where.clone()),
        Command::Check(check) => Some(check.sql.clone()),
        _ => None,
    };
    let ended = command(arguments, &mut out).await;
    // A reader that has left, as `head` does, is no failure.
    let _ = out.flush();
    match ended {
        Ok(exit) => exit,
        Err(ended) => {
            let _ = ended.tell(&mut io::stderr().lock(), sql.as_deref());
            ended.exit()
        }
    }
}

async fn command(arguments: Arguments, out: &mut impl Write) -> Result<Exit, Ended> {
    let settings = Settings::load(arguments.connection)?;
    match arguments.command {
        Command::Doctor => return Ok(doctor::run(&settings, out).await?),
        Command::Datasets(Listing { json }) => {
            let datasets = visit(&settings).await?.datasets().await?;
            render::datasets(out, &datasets, json)?;
        }
        Command::Tables {
            dataset,
            listing: Listing { json },
        } => {
            let tables = visit(&settings).await?.tables(&dataset).await?;
            render::tables(out, &tables, json)?;
        }
        Command::Query(query) => {
            may_be_written(&query.answer)?;
            let sql = statement(query.sql)?;
            let visit = visit(&settings).await?;
            let Answered {
                datasets,
                idempotency_key,
                ..
            } = &query.answer;
            let answers = waiting(visit.sql_once(&sql, datasets, idempotency_key)).await?;
            return tell(&visit, &answers, &query.answer, &sql, out);
        }
        Command::Frequencies(asked) => {
            may_be_written(&asked.answer)?;
            let condition = asked.r#where.clone();
            let (frequencies, answer) = frequencies(asked);
            let visit = visit(&settings).await?;
            let Answered {
                datasets,
                idempotency_key,
                ..
            } = &answer;
            let answers = visit.frequencies_once(&frequencies, datasets, idempotency_key);
            let answers = waiting(answers).await?;
            return tell(&visit, &answers, &answer, &condition, out);
        }
        Command::QcReport(asked) => {
            may_be_written(&asked.answer)?;
            let kind = Kind::QcReport(QcReport {
                metrics: asked.metrics,
                r#where: asked.r#where.clone(),
                by: asked.by,
            });
            let visit = visit(&settings).await?;
            let Answered {
                datasets,
                idempotency_key,
                ..
            } = &asked.answer;
            let answers = waiting(visit.analyze_once(kind, datasets, idempotency_key)).await?;
            let answers = match asked.table {
                Some(table) => picked(answers, &table),
                None => answers,
            };
            return tell(&visit, &answers, &asked.answer, &asked.r#where, out);
        }
        Command::Check(check) => {
            let sql = statement(check.sql)?;
            let results = visit(&settings).await?.check(&sql, &check.datasets).await?;
            for result in &results {
                render::check(out, result, &sql)?;
            }
            // The guard's rules have a dot in their names, those of policies have none.
            let by_policy = |result: &CheckResult| {
                let rule = result.refusal.as_ref().map(|refusal| refusal.rule.as_str());
                rule.is_some_and(|rule| !rule.contains('.'))
            };
            let refused = results.iter().any(|result| !result.accepted);
            return Ok(match results.iter().any(by_policy) {
                true => Exit::Denied,
                false if refused => Exit::Refused,
                false => Exit::Done,
            });
        }
        Command::Budget(Listing { json }) => {
            let budgets = visit(&settings).await?.budget().await?;
            render::budgets(out, &budgets, json)?;
        }
        Command::Receipt(receipt) => receipts::run(&settings, receipt, out).await?,
        Command::Keys => {
            for (dataset, key) in visit(&settings).await?.ledger_keys().await? {
                writeln!(out, "# {dataset}\n{key}")?;
            }
        }
    }
    Ok(Exit::Done)
}

/// What is asked about frequencies, and of whom.
fn frequencies(asked: arguments::Frequencies) -> (Frequencies, Answered) {
    let arguments::Sites {
        region,
        gene,
        variants,
    } = asked.sites;
    let sites = match (region, gene) {
        (Some(region), _) => Sites::Region(region),
        (None, Some(gene)) => Sites::Gene(gene),
        (None, None) => Sites::Variants(VariantNames { ids: variants }),
    };
    let frequencies = Frequencies {
        sites: Some(sites),
        r#where: asked.r#where,
        by: asked.by,
    };
    (frequencies, asked.answer)
}

/// Answers with one of their tables.
fn picked(answers: Answers, name: &str) -> Answers {
    let of = |answer: Answer| {
        let found = answer.others.iter().find(|table| table.name == name);
        let (schema, batches) = match found {
            Some(table) => (Arc::clone(&table.schema), table.batches.clone()),
            None => (Arc::clone(&answer.schema), answer.batches.clone()),
        };
        Answer {
            schema,
            batches,
            others: Vec::new(),
            ..answer
        }
    };
    let answers = answers.into_iter();
    answers
        .map(|(dataset, answer)| (dataset, answer.map(of)))
        .collect()
}

/// Whether an answer of so many datasets can be written as it should be.
fn may_be_written(answer: &Answered) -> Result<(), Ended> {
    let several = answer.datasets.len() > 1;
    if several && matches!(answer.format, Format::Csv | Format::Arrow) {
        return Err(Ended::Usage(
            "csv and arrow hold one table; name one --dataset, or use --format json".to_owned(),
        ));
    }
    if several && answer.receipt.is_some() {
        return Err(Ended::Usage(
            "--receipt writes one receipt; name one --dataset, or use `sekisho receipt get`"
                .to_owned(),
        ));
    }
    Ok(())
}

/// Waits for an answer where somebody sees it.
async fn waiting<T>(answer: impl Future<Output = T>) -> T {
    let spinner = ProgressBar::new_spinner().with_message("waiting for the answer");
    spinner.enable_steady_tick(std::time::Duration::from_millis(200));
    let answer = answer.await;
    spinner.finish_and_clear();
    answer
}

fn tell(
    visit: &Visit,
    answers: &Answers,
    of: &Answered,
    sql: &str,
    out: &mut impl Write,
) -> Result<Exit, Ended> {
    let mut exit = Exit::Done;
    for (dataset, answer) in answers {
        match answer {
            Ok(answer) => {
                if let Some(file) = &of.receipt {
                    receipts::write(file, &answer.receipt)?;
                }
                render::answer(out, answer, of.format, visit.trust())?;
            }
            Err(failure) => {
                render::failure(out, dataset, failure, of.format, sql)?;
                exit = Exit::of_reason(failure.reason);
            }
        }
    }
    Ok(exit)
}

async fn visit(settings: &Settings) -> Result<Visit, Ended> {
    Ok(Visit::connect(settings.connection()?).await?)
}

/// The query; `-` reads it from standard input.
fn statement(written: String) -> Result<String, Ended> {
    if written != "-" {
        return Ok(written);
    }
    let mut stdin = io::stdin();
    if stdin.is_terminal() {
        return Err(Ended::Usage(
            "`-` reads the query from a pipe, for example `sekisho query - < query.sql`".to_owned(),
        ));
    }
    let mut sql = String::new();
    stdin.read_to_string(&mut sql)?;
    Ok(sql)
}
