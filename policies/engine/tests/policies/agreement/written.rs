//! What is drawn, as people would write it.

use sekisho_policies::Operation;

use super::world::{
    COUNTRIES, Codes, Holder, Judgement, MODIFIERS, PERMISSIONS, PURPOSES, SECTORS, Span, World,
};
use crate::files::{Files, profile};

pub(super) fn date(day: i32) -> String {
    let first = jiff::civil::date(2026, 1, 1);
    (first + jiff::Span::new().days(i64::from(day))).to_string()
}

fn days((since, until): Span) -> String {
    format!("{},{}", date(since), date(until))
}

pub(super) fn person(index: usize) -> String {
    format!("spiffe://t.example/p{index}")
}

/// A project, or behind the two of them a member in its own name.
pub(super) fn name_of_project(index: usize) -> String {
    match index.checked_sub(2) {
        None => format!("P-{index}"),
        Some(member) => format!("m{member}"),
    }
}

fn operations(bits: u8) -> String {
    let all = Operation::ALL.iter().enumerate();
    let chosen = all.filter(|(at, _)| bits >> at & 1 == 1);
    let words: Vec<&str> = chosen.map(|(_, operation)| operation.as_str()).collect();
    if words.len() == 5 {
        "*".to_owned()
    } else {
        words.join(";")
    }
}

fn codes(codes: &Codes) -> String {
    let modifiers = codes.modifiers.iter().map(|at| MODIFIERS[*at]);
    let words: Vec<&str> = [PERMISSIONS[codes.permission]]
        .into_iter()
        .chain(modifiers)
        .collect();
    words.join(";")
}

/// The shorthands of those codes that a person may judge.
pub(super) fn judgeable(codes: &Codes) -> Vec<&'static str> {
    let permission = PERMISSIONS[codes.permission];
    let modifiers = codes.modifiers.iter().map(|at| MODIFIERS[*at]);
    let words = [permission].into_iter().chain(modifiers);
    let mut words: Vec<&str> = words
        .map(|code| code.split(':').next().unwrap_or_default())
        .filter(|word| !["GRU", "POA", "NPU", "NPOA", "NMDS", "IRB"].contains(word))
        .collect();
    words.dedup();
    words
}

/// The code that a judgement is about, if the dataset has one to judge.
pub(super) fn judged(judgement: &Judgement, codes: &Codes) -> Option<&'static str> {
    let words = judgeable(codes);
    words.get(judgement.code.checked_rem(words.len())?).copied()
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "not-met" }
}

fn put(files: &mut Files, name: &str, header: &str, rows: &[String]) {
    let text = format!("{header}\n{}\n", rows.join("\n"));
    files.insert(name.to_owned(), text.into_bytes());
}

pub(super) fn consortium_files(world: &World) -> Files {
    let mut files = Files::new();
    let rows: Vec<String> = (world.members.iter().enumerate())
        .map(|(at, member)| {
            let status = if member.active { "active" } else { "suspended" };
            let (country, sector) = (COUNTRIES[member.country], SECTORS[member.sector]);
            format!("m{at},M,{country},{sector},{status},{}", days(member.span))
        })
        .collect();
    let header = "organisation,name,country,sector,status,since,until";
    put(&mut files, "members.csv", header, &rows);
    let mut rows: Vec<String> = (world.people.iter().enumerate())
        .map(|(at, (member, researcher, span))| {
            let role = if *researcher { "researcher" } else { "auditor" };
            format!("{},m{member},{role},{}", person(at), days(*span))
        })
        .collect();
    rows.push("spiffe://t.example/judge,m0,committee,2026-01-01,2026-01-02".to_owned());
    put(
        &mut files,
        "people.csv",
        "person,organisation,roles,since,until",
        &rows,
    );
    let rows: Vec<String> = (world.bases.iter().enumerate())
        .filter_map(|(at, span)| {
            span.map(|span| format!("{},contract,{}", COUNTRIES[at], days(span)))
        })
        .collect();
    put(
        &mut files,
        "jurisdictions.csv",
        "country,basis,since,until",
        &rows,
    );
    let rows: Vec<String> = (world.projects.iter().enumerate())
        .map(|(at, project)| {
            let sector_use = if project.commercial {
                "commercial"
            } else {
                "non-commercial"
            };
            let ethics = if project.ethics { "E" } else { "" };
            let status = if project.approved {
                "approved"
            } else {
                "closed"
            };
            format!(
                "P-{at},T,m{},{},{sector_use},{ethics},{},{status},1",
                project.lead,
                PURPOSES[project.purpose],
                days(project.span)
            )
        })
        .collect();
    let header =
        "project,title,lead,purpose,sector_use,ethics,approved_on,expires_on,status,query_budget";
    put(&mut files, "projects.csv", header, &rows);
    let rows: Vec<String> = (world.datasets.iter().enumerate())
        .map(|(at, dataset)| {
            let deepest = if dataset.overview_only {
                "overview"
            } else {
                "detailed"
            };
            let members = if dataset.open_to_members {
                ";members"
            } else {
                ""
            };
            let codes = codes(&dataset.codes);
            format!(
                "d{at},m{},standard,{deepest}{members},0,{codes}",
                dataset.holder
            )
        })
        .collect();
    let header = "dataset,holder,profile,tier_rule,embargo_months,consent_codes";
    put(&mut files, "datasets.csv", header, &rows);
    let rows: Vec<String> = (world.teams.iter())
        .map(|(project, at)| format!("P-{project},{}", person(*at)))
        .collect();
    put(&mut files, "teams.csv", "project,person", &rows);
    let rows: Vec<String> = (world.grants.iter())
        .map(|grant| {
            let tier = match (grant.allow, grant.overview) {
                (false, _) => "*",
                (true, true) => "overview",
                (true, false) => "detailed",
            };
            let effect = if grant.allow { "allow" } else { "deny" };
            format!(
                "P-{},d{},{tier},{},*,,{effect},{}",
                grant.project,
                grant.dataset,
                operations(grant.bits),
                days(grant.span)
            )
        })
        .collect();
    let header = "project,dataset,tier,operations,columns,profile,effect,since,until";
    put(&mut files, "grants.csv", header, &rows);
    let rows: Vec<String> = (world.judgements.iter())
        .filter_map(|judgement| {
            let code = judged(judgement, &world.datasets[judgement.dataset].codes)?;
            let Judgement {
                project,
                dataset,
                met,
                span,
                ..
            } = judgement;
            let (verdict, days) = (verdict(*met), days(*span));
            Some(format!(
                "P-{project},d{dataset},{code},{verdict},spiffe://t.example/judge,{days}"
            ))
        })
        .collect();
    if !rows.is_empty() {
        let header = "project,dataset,code,verdict,judged_by,since,until";
        put(&mut files, "judgements.csv", header, &rows);
    }
    let page = "name = \"T\"\ntime_zone = \"Asia/Tokyo\"\ndefault_profile = \"standard\"\n";
    files.insert("consortium.toml".to_owned(), page.into());
    let standard = profile("standard", 10, 5, 3);
    files.insert("profiles/standard.toml".to_owned(), standard);
    files
}

pub(super) fn holder_files(own: &Holder) -> Files {
    let mut files = Files::new();
    let page = "name = \"m0\"\ntime_zone = \"Asia/Tokyo\"\n";
    files.insert("holder.toml".to_owned(), page.into());
    let rows: Vec<String> = (own.held.iter().enumerate())
        .filter_map(|(at, held)| {
            let (overview_only, consent) = held.as_ref()?;
            let deepest = if *overview_only {
                "overview"
            } else {
                "detailed"
            };
            Some(format!(
                "d{at},{deepest},standard,{},no,*,counted,0",
                codes(consent)
            ))
        })
        .collect();
    let header =
        "dataset,tier_rule,profile,consent_codes,industry,countries,without_record,embargo_months";
    put(&mut files, "datasets.csv", header, &rows);
    let or_any = |text: Option<String>| text.unwrap_or_else(|| "*".to_owned());
    let rows: Vec<String> = (own.rules.iter())
        .map(|rule| {
            let dataset = or_any(rule.dataset.map(|at| format!("d{at}")));
            let project = or_any(rule.project.map(name_of_project));
            let organisation = or_any(rule.organisation.map(|at| format!("m{at}")));
            let country = or_any(rule.country.map(|at| COUNTRIES[at].to_owned()));
            let sector = or_any(rule.sector.map(|at| SECTORS[at].to_owned()));
            let effect = if rule.allow { "allow" } else { "deny" };
            let days = days(rule.span);
            format!("{dataset},{project},{organisation},{country},{sector},{effect},{days}")
        })
        .collect();
    let header = "dataset,project,organisation,country,sector,effect,since,until";
    put(&mut files, "rules.csv", header, &rows);
    let rows: Vec<String> = (own.judgements.iter())
        .filter_map(|judgement| {
            let (_, codes) = own.held[judgement.dataset].as_ref()?;
            let code = judged(judgement, codes)?;
            let Judgement {
                project,
                dataset,
                met,
                span,
                ..
            } = judgement;
            let (verdict, days) = (verdict(*met), days(*span));
            Some(format!(
                "d{dataset},P-{project},{code},{verdict},spiffe://t.example/judge,{days}"
            ))
        })
        .collect();
    if !rows.is_empty() {
        let header = "dataset,project,code,verdict,judged_by,since,until";
        put(&mut files, "judgements.csv", header, &rows);
    }
    files
}
