//! Analyses as text: gateway, enclave and visitors must agree on it to the byte.

use std::fmt::Write as _;

use crate::v1::{
    Analysis, Association, Burden, Carriers, Cooccurrence, Count, Criterion, Difference, FollowUp,
    Frequencies, Funnel, Matched, Model, Prevalence, QcReport, Rates, SiteFrequencies, Spectrum,
    Split, Survival, analysis::Kind, association, criterion::Of, frequencies::Sites,
    model::Outcome, site_frequencies,
};

/// What is asked, in one line that reads like a call. No two analyses share it.
#[must_use]
pub fn text(analysis: &Analysis) -> String {
    match &analysis.kind {
        None => String::new(),
        Some(Kind::Frequencies(asked)) => of_frequencies(asked),
        Some(Kind::Survival(asked)) => of_survival(asked),
        Some(Kind::Model(asked)) => of_model(asked),
        Some(Kind::QcReport(asked)) => of_qc_report(asked),
        Some(Kind::Count(Count { r#where, by })) => {
            format!("count(where={}, by={})", quoted(r#where), list(by))
        }
        Some(Kind::Funnel(Funnel { criteria, r#where })) => {
            let criteria: Vec<String> = criteria.iter().map(of_criterion).collect();
            let criteria = criteria.join(", ");
            format!("funnel([{criteria}], where={})", quoted(r#where))
        }
        Some(Kind::Cooccurrence(Cooccurrence { genes, r#where })) => {
            let genes: Vec<String> = genes.iter().map(of_carriers).collect();
            let genes = genes.join(", ");
            format!("cooccurrence([{genes}], where={})", quoted(r#where))
        }
        Some(Kind::Prevalence(asked)) => of_prevalence(asked),
        Some(Kind::Association(asked)) => of_association(asked),
        Some(Kind::Spectrum(Spectrum {
            contexts,
            genes,
            by,
            r#where,
        })) => format!(
            "spectrum(contexts={contexts}, genes={}, by={}, where={})",
            list(genes),
            list(by),
            quoted(r#where)
        ),
        Some(Kind::Rates(asked)) => of_rates(asked),
        Some(Kind::Matched(asked)) => of_matched(asked),
        Some(Kind::SiteFrequencies(asked)) => of_site_frequencies(asked),
        Some(Kind::Difference(asked)) => of_difference(asked),
    }
}

fn of_association(asked: &Association) -> String {
    let Association {
        sites,
        outcome,
        covariates,
        components,
        stratum,
        r#where,
        most,
    } = asked;
    let sites = match sites {
        None => "all".to_owned(),
        Some(association::Sites::Region(region)) => format!("region={}", quoted(region)),
        Some(association::Sites::Gene(gene)) => format!("gene={}", quoted(gene)),
        Some(association::Sites::Variants(named)) => format!("variants={}", list(&named.ids)),
        Some(association::Sites::Burden(Burden {
            genes,
            consequences,
            max_frequency,
        })) => format!(
            "burden(genes={}, consequences={}, max_frequency={max_frequency})",
            list(genes),
            list(consequences)
        ),
    };
    let outcome = match outcome {
        None => String::new(),
        Some(association::Outcome::Condition(condition)) => {
            format!("condition={}", quoted(condition))
        }
        Some(association::Outcome::Measure(column)) => format!("measure={}", quoted(column)),
    };
    format!(
        "association({sites}, {outcome}, covariates={}, components={components}, stratum={}, \
         where={}, most={most})",
        list(covariates),
        quoted(stratum),
        quoted(r#where)
    )
}

fn of_frequencies(asked: &Frequencies) -> String {
    let Frequencies { sites, r#where, by } = asked;
    let sites = match sites {
        None => String::new(),
        Some(Sites::Region(region)) => format!("region={}", quoted(region)),
        Some(Sites::Gene(gene)) => format!("gene={}", quoted(gene)),
        Some(Sites::Variants(named)) => format!("variants={}", list(&named.ids)),
    };
    format!(
        "frequencies({sites}, where={}, by={})",
        quoted(r#where),
        list(by)
    )
}

fn of_site_frequencies(asked: &SiteFrequencies) -> String {
    let SiteFrequencies { sites, r#where, by } = asked;
    let sites = match sites {
        None => "all".to_owned(),
        Some(site_frequencies::Sites::Region(region)) => format!("region={}", quoted(region)),
        Some(site_frequencies::Sites::Gene(gene)) => format!("gene={}", quoted(gene)),
    };
    format!(
        "site_frequencies({sites}, where={}, by={})",
        quoted(r#where),
        list(by)
    )
}

fn of_difference(asked: &Difference) -> String {
    let Difference {
        table,
        value,
        condition,
        covariates,
        tissue,
        features,
        logarithm,
        r#where,
        most,
    } = asked;
    format!(
        "difference(table={}, value={}, condition={}, covariates={}, tissue={}, features={}, \
         logarithm={logarithm}, where={}, most={most})",
        quoted(table),
        quoted(value),
        quoted(condition),
        list(covariates),
        quoted(tissue),
        list(features),
        quoted(r#where)
    )
}

fn of_survival(asked: &Survival) -> String {
    let Survival {
        follow_up,
        r#where,
        by,
        interval,
    } = asked;
    format!(
        "survival({}, where={}, by={}, interval={interval})",
        follow_up.as_ref().map(of_follow_up).unwrap_or_default(),
        quoted(r#where),
        list(by)
    )
}

fn of_rates(asked: &Rates) -> String {
    let Rates {
        follow_up,
        r#where,
        by,
        split,
    } = asked;
    let split = split.as_ref().map(|Split { began, day }| {
        let (began, day) = (quoted(began), quoted(day));
        format!(", split({began}, {day})")
    });
    format!(
        "rates({}, where={}, by={}{})",
        follow_up.as_ref().map(of_follow_up).unwrap_or_default(),
        quoted(r#where),
        list(by),
        split.unwrap_or_default()
    )
}

fn of_matched(asked: &Matched) -> String {
    let Matched {
        treated,
        follow_up,
        exact,
        covariates,
        r#where,
    } = asked;
    format!(
        "matched({}, {}, exact={}, covariates={}, where={})",
        quoted(treated),
        follow_up.as_ref().map(of_follow_up).unwrap_or_default(),
        list(exact),
        list(covariates),
        quoted(r#where)
    )
}

fn of_model(asked: &Model) -> String {
    let Model {
        outcome,
        covariates,
        r#where,
    } = asked;
    let outcome = match outcome {
        None => String::new(),
        Some(Outcome::FollowUp(follow_up)) => of_follow_up(follow_up),
        Some(Outcome::Condition(condition)) => format!("condition={}", quoted(condition)),
        Some(Outcome::Measure(column)) => format!("measure={}", quoted(column)),
    };
    format!(
        "model({outcome}, covariates={}, where={})",
        list(covariates),
        quoted(r#where)
    )
}

fn of_qc_report(asked: &QcReport) -> String {
    let QcReport {
        metrics,
        r#where,
        by,
    } = asked;
    format!(
        "qc_report(metrics={}, where={}, by={})",
        list(metrics),
        quoted(r#where),
        list(by)
    )
}

fn of_prevalence(asked: &Prevalence) -> String {
    let Prevalence {
        genes,
        consequences,
        by,
        r#where,
    } = asked;
    format!(
        "prevalence(genes={}, consequences={}, by={}, where={})",
        list(genes),
        list(consequences),
        list(by),
        quoted(r#where)
    )
}

fn of_criterion(asked: &Criterion) -> String {
    let Criterion { of, excludes } = asked;
    let of = match of {
        None => String::new(),
        Some(Of::Condition(condition)) => format!("condition={}", quoted(condition)),
        Some(Of::Carriers(carriers)) => of_carriers(carriers),
    };
    match excludes {
        true => format!("not({of})"),
        false => of,
    }
}

fn of_carriers(asked: &Carriers) -> String {
    let Carriers { gene, consequences } = asked;
    format!("carriers({}, {})", quoted(gene), list(consequences))
}

fn of_follow_up(asked: &FollowUp) -> String {
    let FollowUp { time, event } = asked;
    format!("time={}, event={}", quoted(time), quoted(event))
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| self::quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}

/// A text between quotes, of which it holds none that is not behind a backslash.
fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                quoted.push('\\');
                quoted.push(character);
            }
            control if control.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\u{{{:x}}}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests;
