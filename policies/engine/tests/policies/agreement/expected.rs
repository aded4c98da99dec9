//! The decision, from the rules as the committee's page states them: no casbin, no file.

use sekisho_policies::{Denial, Outcome};

use super::{
    world::{
        COUNTRIES, Codes, Grant, Holder, Judgement, LAST, MODIFIERS, PERMISSIONS, PURPOSES, Rule,
        SECTORS, Span, World,
    },
    written::judged,
};

/// A request, in numbers; projects from the third on are members in their own name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) who: usize,
    pub(super) project: usize,
    pub(super) dataset: usize,
    pub(super) operation: u8,
    pub(super) day: i32,
}

/// What a consent is asked about.
struct Use<'a> {
    purpose: &'a str,
    commercial: bool,
    industry: bool,
    ethics: bool,
    holder_takes_part: bool,
    country: &'a str,
    organisation: usize,
    project: usize,
    day: i32,
    /// Codes that somebody judged, the last word first.
    judged: Vec<(&'static str, bool)>,
}

const ABSENT: Outcome = Outcome::Deny(Denial::NotAvailable);
const REFUSED: Outcome = Outcome::Deny(Denial::Policy);

fn within((since, until): Span, day: i32) -> bool {
    (since..=until).contains(&day)
}

/// None to refer.
fn fits(codes: &Codes, of: &Use<'_>) -> Option<bool> {
    let modifiers = codes.modifiers.iter().map(|at| MODIFIERS[*at]);
    let mut all: Vec<&str> = [PERMISSIONS[codes.permission]]
        .into_iter()
        .chain(modifiers)
        .collect();
    // Two codes of one kind are alternatives; of these only TS is drawn twice.
    let both = all.contains(&"TS") && all.contains(&"TS:2026-01-13");
    all.retain(|code| !(both && code.starts_with("TS")));
    let mut answers: Vec<Option<bool>> = all.iter().map(|code| with_judge(code, of)).collect();
    if both {
        let (open, dated) = (with_judge("TS", of), with_judge("TS:2026-01-13", of));
        answers.push(match (open, dated) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (None, _) | (_, None) => None,
            _ => Some(false),
        });
    }
    if answers.contains(&Some(false)) {
        Some(false)
    } else if answers.contains(&None) {
        None
    } else {
        Some(true)
    }
}

fn with_judge(code: &str, of: &Use<'_>) -> Option<bool> {
    alone(code, of).or_else(|| {
        let kind = code.split(':').next().unwrap_or_default();
        let word = of.judged.iter().find(|(judged, _)| *judged == kind);
        word.map(|(_, met)| *met)
    })
}

fn alone(code: &str, of: &Use<'_>) -> Option<bool> {
    let disease = of.purpose.starts_with("disease:");
    if of.purpose == "employment" {
        return Some(false);
    }
    match code {
        "GRU" => Some(true),
        "HMB" => match of.purpose {
            "methods" => None,
            "health" | "planning" => Some(true),
            _ => Some(disease),
        },
        "DS:MONDO:0008903" => Some(of.purpose == "disease:MONDO:0005061"),
        "POA" => Some(of.purpose == "population-origins"),
        "NPOA" => Some(of.purpose != "population-origins"),
        "NMDS" => Some(of.purpose != "methods"),
        "NPU" => Some(!of.industry),
        "NPUNCU" if of.industry => Some(false),
        "NCU" | "NPUNCU" => match (of.commercial, of.industry) {
            (true, _) => Some(false),
            (false, true) => None,
            (false, false) => Some(true),
        },
        "IRB" => Some(of.ethics),
        "COL" => of.holder_takes_part.then_some(true),
        "GS:JP" => Some(of.country == "JP"),
        "IS:m0" => Some(of.organisation == 0),
        "PS:P-0" => Some(of.project == 0),
        // The thirteenth of January is day 12.
        "TS:2026-01-13" => Some(of.day <= 12),
        "MOR:2026-01-13" => (of.day > 12).then_some(true),
        _ => None,
    }
}

/// The project, dataset and word of judgements in force.
fn judgements(rows: &[Judgement], codes: &Codes, asked: Asked) -> Vec<(&'static str, bool)> {
    let about = rows.iter().filter(|judgement| {
        (judgement.project, judgement.dataset) == (asked.project, asked.dataset)
            && within(judgement.span, asked.day)
    });
    about
        .filter_map(|judgement| Some((judged(judgement, codes)?, judgement.met)))
        .collect()
}

fn member_ok(world: &World, at: usize, day: i32) -> bool {
    let member = &world.members[at];
    member.active && within(member.span, day)
}

fn data_use<'a>(world: &'a World, asked: Asked, member: usize) -> Use<'a> {
    let own = &world.members[member];
    let industry = SECTORS[own.sector] == "industry";
    let dataset = &world.datasets[asked.dataset];
    let mut of = Use {
        purpose: "planning",
        commercial: industry,
        industry,
        ethics: false,
        holder_takes_part: member == dataset.holder,
        country: COUNTRIES[own.country],
        organisation: member,
        project: asked.project,
        day: asked.day,
        judged: Vec::new(),
    };
    if let Some(project) = world.projects.get(asked.project) {
        let team = world.teams.iter().filter(|(of, _)| *of == asked.project);
        let mut organisations = team.map(|(_, at)| world.people[*at].0);
        of.purpose = PURPOSES[project.purpose];
        of.commercial = project.commercial;
        of.ethics = project.ethics;
        of.holder_takes_part =
            project.lead == dataset.holder || organisations.any(|of| of == dataset.holder);
        of.judged = judgements(&world.judgements, &dataset.codes, asked);
    }
    of
}

/// What the consortium's door says.
pub(super) fn expected(world: &World, asked: Asked) -> Outcome {
    let day = asked.day;
    let Some((member, researcher, span)) = world.people.get(asked.who).copied() else {
        return Outcome::Deny(Denial::Unknown);
    };
    if !within(span, day) || !member_ok(world, member, day) {
        return Outcome::Deny(Denial::Unknown);
    }
    let Some(dataset) = world.datasets.get(asked.dataset) else {
        return ABSENT;
    };
    let about = |grant: &&Grant| {
        (grant.project, grant.dataset) == (asked.project, asked.dataset) && within(grant.span, day)
    };
    let touching = |allow: bool| {
        let mut rows = world.grants.iter().filter(about);
        rows.any(|grant| grant.allow == allow && grant.bits >> asked.operation & 1 == 1)
    };
    let of_the_project = match world.projects.get(asked.project) {
        Some(project) => {
            let granted = world.grants.iter().filter(about).any(|grant| grant.allow);
            if !world.teams.contains(&(asked.project, asked.who)) || !granted {
                return ABSENT;
            }
            project.approved
                && within(project.span, day)
                && member_ok(world, project.lead, day)
                && project.ethics
                && PURPOSES[project.purpose] != "employment"
                && touching(true)
                && !touching(false)
        }
        None if asked.project == member + 2 && dataset.open_to_members => true,
        None => return ABSENT,
    };
    let basis = world
        .bases
        .get(world.members[member].country)
        .copied()
        .flatten();
    let holds = researcher
        && of_the_project
        && basis.is_some_and(|span| within(span, day))
        && member_ok(world, dataset.holder, day);
    outcome(holds, fits(&dataset.codes, &data_use(world, asked, member)))
}

fn outcome(holds: bool, fits: Option<bool>) -> Outcome {
    match (holds, fits) {
        (true, Some(true)) => Outcome::Allow,
        (true, None) => Outcome::Refer,
        _ => REFUSED,
    }
}

/// What the holder's door says to a request that the consortium's let pass.
pub(super) fn expected_of_holder(world: &World, own: &Holder, asked: Asked) -> Outcome {
    let Some(Some((overview_only, codes))) = own.held.get(asked.dataset) else {
        return ABSENT;
    };
    let (member, ..) = world.people[asked.who];
    let overview = world.projects.get(asked.project).is_none()
        || world.grants.iter().any(|grant| {
            (grant.project, grant.dataset) == (asked.project, asked.dataset)
                && grant.allow
                && grant.overview
                && within(grant.span, asked.day)
                && grant.bits >> asked.operation & 1 == 1
        });
    let mut of = data_use(world, asked, member);
    // The holder is `m0`; it takes nobody's word for it but its own.
    of.holder_takes_part = member == 0;
    let theirs = std::mem::take(&mut of.judged);
    of.judged = judgements(&own.judgements, codes, asked);
    of.judged.extend(
        theirs
            .into_iter()
            .filter(|(code, met)| *code != "COL" || !met),
    );
    let meets = |rule: &&Rule| {
        let is = |meant: Option<usize>, found: usize| meant.is_none_or(|meant| meant == found);
        let visitor = &world.members[member];
        is(rule.dataset, asked.dataset)
            && is(rule.project, asked.project)
            && is(rule.organisation, member)
            && is(rule.country, visitor.country)
            && is(rule.sector, visitor.sector)
            && within(rule.span, asked.day)
    };
    let ruled = |allow: bool| {
        own.rules
            .iter()
            .filter(meets)
            .any(|rule| rule.allow == allow)
    };
    let holds = (overview || !overview_only) && ruled(true) && !ruled(false);
    outcome(holds, fits(codes, &of))
}

/// Whether the loader must take the world: no row twice, no two tiers at once, nobody granted more
/// than a dataset has, somebody allowed.
pub(super) fn loads(world: &World) -> bool {
    let grants = &world.grants;
    let clash = |a: &Grant, b: &Grant| {
        let meet = meet(a.span, b.span);
        // A deny has no tier, so two of them cannot differ in it.
        let tier = |grant: &Grant| grant.allow && grant.overview;
        let twice =
            a.bits == b.bits && a.allow == b.allow && tier(a) == tier(b) && a.span == b.span;
        let two_tiers = a.allow && b.allow && a.bits & b.bits != 0 && a.overview != b.overview;
        (a.project, a.dataset) == (b.project, b.dataset) && meet && (twice || two_tiers)
    };
    let pairs = |grant: &Grant, at: usize| grants[..at].iter().any(|other| clash(other, grant));
    let too_deep = |grant: &Grant| {
        grant.allow && !grant.overview && world.datasets[grant.dataset].overview_only
    };
    let wrong = |(at, grant): (usize, &Grant)| pairs(grant, at) || too_deep(grant);
    if grants.iter().enumerate().any(wrong) {
        return false;
    }
    if two_words(&world.judgements, |dataset| {
        Some(&world.datasets[dataset].codes)
    }) {
        return false;
    }
    let asked = (0..=LAST).flat_map(|day| {
        (0..3 * 2 * 2 * 5).map(move |n| Asked {
            who: n % 3,
            project: n / 3 % 2,
            dataset: n / 6 % 2,
            operation: u8::try_from(n / 12).unwrap(),
            day,
        })
    });
    asked
        .into_iter()
        .any(|asked| expected(world, asked) == Outcome::Allow)
}

/// Whether the loader must take the holder's files.
pub(super) fn holder_loads(own: &Holder) -> bool {
    let rules = own.rules.iter().enumerate();
    let names = |rule: &Rule| {
        let at = rule.dataset;
        at.is_none_or(|at| own.held[at].is_some())
    };
    let twice = rules
        .clone()
        .any(|(at, rule)| own.rules[..at].contains(rule));
    let codes = |dataset: usize| own.held[dataset].as_ref().map(|(_, codes)| codes);
    own.held.iter().any(Option::is_some)
        && own.rules.iter().all(names)
        && !twice
        && !two_words(&own.judgements, codes)
}

fn meet(a: Span, b: Span) -> bool {
    a.0 <= b.1 && b.0 <= a.1
}

/// Whether two judgements of one code hold at once.
fn two_words<'a>(rows: &[Judgement], codes: impl Fn(usize) -> Option<&'a Codes>) -> bool {
    let key = |row: &Judgement| Some((row.project, row.dataset, judged(row, codes(row.dataset)?)?));
    rows.iter().enumerate().any(|(at, row)| {
        let same = |other: &&Judgement| key(other) == key(row) && meet(other.span, row.span);
        key(row).is_some() && rows[..at].iter().any(|other| same(&other))
    })
}
