//! casbin and the conditions around it agree with a small evaluator that knows neither, on random
//! consortia and requests.

use std::collections::BTreeSet;

use proptest::prelude::*;
use sekisho_policies::{Denial, Operation, Outcome, PolicySet, Request};

use crate::files::{Files, profile};

/// Days after 2026-01-01, both ends included.
type Span = (i32, i32);

#[derive(Debug, Clone)]
struct World {
    /// Country, active, span.
    members: Vec<(usize, bool, Span)>,
    /// Member, researcher, span.
    people: Vec<(usize, bool, Span)>,
    /// By country: none or one span.
    bases: Vec<Option<Span>>,
    /// Lead, purpose, commercial, ethics, approved, span.
    projects: Vec<(usize, usize, bool, bool, bool, Span)>,
    /// Holder, consent.
    datasets: Vec<(usize, usize)>,
    teams: BTreeSet<(usize, usize)>,
    /// Project, dataset, operations as bits, allow, tier, span.
    grants: Vec<(usize, usize, u8, bool, bool, Span)>,
}

const COUNTRIES: [&str; 3] = ["JP", "DE", "US"];
const PURPOSES: [&str; 4] = ["research", "health", "population-origins", "employment"];
const CONSENTS: [&str; 4] = ["GRU", "HMB;NCU", "GRU;TS", "POA"];
const LAST: i32 = 24;

fn span() -> impl Strategy<Value = Span> {
    prop_oneof![
        3 => Just((0, LAST)),
        2 => (0..=LAST, 0..=LAST).prop_map(|(a, b)| (a.min(b), a.max(b))),
    ]
}

fn mostly() -> impl Strategy<Value = bool> {
    prop::bool::weighted(0.85)
}

fn world() -> impl Strategy<Value = World> {
    (
        prop::collection::vec((0..3_usize, mostly(), span()), 2),
        prop::collection::vec((0..2_usize, mostly(), span()), 3),
        prop::collection::vec(prop::option::weighted(0.8, span()), 2),
        prop::collection::vec(
            (
                0..2_usize,
                0..4_usize,
                any::<bool>(),
                mostly(),
                mostly(),
                span(),
            ),
            2,
        ),
        prop::collection::vec((0..2_usize, 0..4_usize), 2),
        prop::collection::btree_set((0..2_usize, 0..3_usize), 1..=6),
        prop::collection::vec(
            (
                0..2_usize,
                0..2_usize,
                prop_oneof![Just(31_u8), 1..32_u8],
                prop::bool::weighted(0.7),
                prop::bool::weighted(0.2),
                span(),
            ),
            1..=6,
        ),
    )
        .prop_map(
            |(members, people, mut bases, projects, datasets, teams, grants)| {
                bases.insert(0, Some((0, LAST)));
                World {
                    members,
                    people,
                    bases,
                    projects,
                    datasets,
                    teams,
                    grants,
                }
            },
        )
}

fn date(day: i32) -> String {
    let first = jiff::civil::date(2026, 1, 1);
    (first + jiff::Span::new().days(i64::from(day))).to_string()
}

fn days((since, until): Span) -> String {
    format!("{},{}", date(since), date(until))
}

fn person(index: usize) -> String {
    format!("spiffe://t.example/p{index}")
}

fn operations(bits: u8) -> String {
    let chosen = Operation::ALL
        .iter()
        .enumerate()
        .filter(|(at, _)| bits >> at & 1 == 1);
    let words: Vec<&str> = chosen.map(|(_, operation)| operation.as_str()).collect();
    if words.len() == 5 {
        "*".to_owned()
    } else {
        words.join(";")
    }
}

fn written(world: &World) -> Files {
    let mut files = Files::new();
    let mut put = |name: &str, header: &str, rows: Vec<String>| {
        let text = format!("{header}\n{}\n", rows.join("\n"));
        files.insert(name.to_owned(), text.into_bytes());
    };
    put(
        "members.csv",
        "organisation,name,country,sector,status,since,until",
        world
            .members
            .iter()
            .enumerate()
            .map(|(at, (country, active, span))| {
                let status = if *active { "active" } else { "suspended" };
                format!(
                    "m{at},M,{},public,{status},{}",
                    COUNTRIES[*country],
                    days(*span)
                )
            })
            .collect(),
    );
    put(
        "people.csv",
        "person,organisation,roles,since,until",
        world
            .people
            .iter()
            .enumerate()
            .map(|(at, (member, researcher, span))| {
                let role = if *researcher { "researcher" } else { "auditor" };
                format!("{},m{member},{role},{}", person(at), days(*span))
            })
            .collect(),
    );
    put(
        "jurisdictions.csv",
        "country,basis,since,until",
        world
            .bases
            .iter()
            .enumerate()
            .filter_map(|(at, span)| {
                span.map(|span| format!("{},contract,{}", COUNTRIES[at], days(span)))
            })
            .collect(),
    );
    put(
        "projects.csv",
        "project,title,lead,purpose,sector_use,ethics,approved_on,expires_on,status,query_budget",
        world
            .projects
            .iter()
            .enumerate()
            .map(
                |(at, (lead, purpose, commercial, ethics, approved, span))| {
                    let sector_use = if *commercial {
                        "commercial"
                    } else {
                        "non-commercial"
                    };
                    let ethics = if *ethics { "E" } else { "" };
                    let status = if *approved { "approved" } else { "closed" };
                    format!(
                        "P-{at},T,m{lead},{},{sector_use},{ethics},{},{status},1",
                        PURPOSES[*purpose],
                        days(*span)
                    )
                },
            )
            .collect(),
    );
    put(
        "datasets.csv",
        "dataset,holder,profile,tier_rule,embargo_months,consent_codes",
        world
            .datasets
            .iter()
            .enumerate()
            .map(|(at, (holder, consent))| {
                format!("d{at},m{holder},standard,detailed,0,{}", CONSENTS[*consent])
            })
            .collect(),
    );
    put(
        "teams.csv",
        "project,person",
        world
            .teams
            .iter()
            .map(|(project, at)| format!("P-{project},{}", person(*at)))
            .collect(),
    );
    put(
        "grants.csv",
        "project,dataset,tier,operations,columns,profile,effect,since,until",
        world
            .grants
            .iter()
            .map(|(project, dataset, bits, allow, overview, span)| {
                let tier = match (allow, overview) {
                    (false, _) => "*",
                    (true, true) => "overview",
                    (true, false) => "detailed",
                };
                let effect = if *allow { "allow" } else { "deny" };
                format!(
                    "P-{project},d{dataset},{tier},{},*,,{effect},{}",
                    operations(*bits),
                    days(*span)
                )
            })
            .collect(),
    );
    let page = "name = \"T\"\ntime_zone = \"Asia/Tokyo\"\ndefault_profile = \"standard\"\n";
    files.insert("consortium.toml".to_owned(), page.into());
    files.insert(
        "profiles/standard.toml".to_owned(),
        profile("standard", 10, 5, 3),
    );
    files
}

fn within((since, until): Span, day: i32) -> bool {
    (since..=until).contains(&day)
}

/// The decision, from the rules as the committee's page states them. Who, project, dataset, bit of
/// the operation, day.
fn expected(
    world: &World,
    who: usize,
    project: usize,
    dataset: usize,
    bit: u8,
    day: i32,
) -> Outcome {
    let member_ok = |at: usize| {
        let (_, active, span) = world.members[at];
        active && within(span, day)
    };
    let Some((member, researcher, span)) = world.people.get(who).copied() else {
        return Outcome::Deny(Denial::Unknown);
    };
    if !within(span, day) || !member_ok(member) {
        return Outcome::Deny(Denial::Unknown);
    }
    let rows = || {
        let about = world
            .grants
            .iter()
            .filter(move |g| g.0 == project && g.1 == dataset);
        about.filter(move |g| within(g.5, day))
    };
    let granted = rows().any(|g| g.3);
    if !world.teams.contains(&(project, who)) || dataset >= world.datasets.len() || !granted {
        return Outcome::Deny(Denial::NotAvailable);
    }
    let (lead, purpose, commercial, ethics, approved, project_span) = world.projects[project];
    let (holder, consent) = world.datasets[dataset];
    let touching = |allow: bool| rows().any(|g| g.3 == allow && g.2 >> bit & 1 == 1);
    let basis = world.bases.get(world.members[member].0).copied().flatten();
    let fits = match CONSENTS[consent] {
        "HMB;NCU" => PURPOSES[purpose] == "health" && !commercial,
        "POA" => PURPOSES[purpose] == "population-origins",
        _ => true,
    };
    let holds = researcher
        && approved
        && within(project_span, day)
        && member_ok(lead)
        && ethics
        && PURPOSES[purpose] != "employment"
        && basis.is_some_and(|span| within(span, day))
        && member_ok(holder)
        && fits
        && touching(true)
        && !touching(false);
    match (holds, CONSENTS[consent]) {
        (false, _) => Outcome::Deny(Denial::Policy),
        (true, "GRU;TS") => Outcome::Refer,
        (true, _) => Outcome::Allow,
    }
}

/// Whether the loader must take the world: no row twice, no two tiers at once, somebody allowed.
fn loadable(world: &World) -> bool {
    let grants = &world.grants;
    let clash = |a: &(usize, usize, u8, bool, bool, Span),
                 b: &(usize, usize, u8, bool, bool, Span)| {
        let meet = a.5.0 <= b.5.1 && b.5.0 <= a.5.1;
        // A deny has no tier, so two of them cannot differ in it.
        let tier = |g: &(usize, usize, u8, bool, bool, Span)| g.3 && g.4;
        let twice = a.2 == b.2 && a.3 == b.3 && tier(a) == tier(b) && a.5 == b.5;
        let two_tiers = a.3 && b.3 && a.2 & b.2 != 0 && a.4 != b.4;
        a.0 == b.0 && a.1 == b.1 && meet && (twice || two_tiers)
    };
    for (at, grant) in grants.iter().enumerate() {
        if grants[..at].iter().any(|earlier| clash(earlier, grant)) {
            return false;
        }
    }
    let mut requests = (0..=LAST).flat_map(|day| {
        (0..3).flat_map(move |who| {
            (0..2).flat_map(move |project| {
                (0..2).flat_map(move |dataset| {
                    (0..5).map(move |bit| (who, project, dataset, bit, day))
                })
            })
        })
    });
    requests.any(|(who, project, dataset, bit, day)| {
        expected(world, who, project, dataset, bit, day) == Outcome::Allow
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn decisions_agree_with_the_rules_as_stated(
        world in world(),
        requests in prop::collection::vec((0..4_usize, 0..2_usize, 0..3_usize, 0..5_u8, -1..=LAST + 1, 0..24_i64), 40),
    ) {
        let loaded = PolicySet::from_files(&written(&world));
        prop_assert_eq!(loaded.is_ok(), loadable(&world), "{:?}", loaded.err().map(|e| e.to_string()));
        let Ok(set) = loaded else { return Ok(()) };
        for (who, project, dataset, bit, day, hour) in requests {
            // Midnight in Tokyo of the first day is 15:00 UTC of the day before.
            let first: jiff::Timestamp = "2025-12-31T15:00:00Z".parse().unwrap();
            let decision = set.decide(&Request {
                principal: &person(who),
                project: &format!("P-{project}"),
                dataset: &format!("d{dataset}"),
                operation: Operation::ALL[usize::from(bit)],
                at: first + jiff::SignedDuration::from_hours(i64::from(day) * 24 + hour),
            });
            let expected = expected(&world, who, project, dataset, bit, day);
            prop_assert_eq!(decision.outcome, expected, "{} {} {} {} {}: {:?}", who, project, dataset, bit, day, decision);
            prop_assert_eq!(decision.terms.is_some(), expected == Outcome::Allow);
        }
    }
}
