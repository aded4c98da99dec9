//! Allele frequencies of 1000 Genomes, against those that its authors published
//! beside the genotypes.

use std::collections::{BTreeMap, HashMap};

use roaring::RoaringBitmap;

use super::{
    G1000, Held, Opened, cells, held,
    panel::{CHR22, SUPER_POPULATIONS},
    rounded,
    source::{folder, info, lines},
};

/// A site of two alleles, and in which share of each super-population's
/// chromosomes the alternate one is, to four decimals.
pub(super) struct Published {
    pos: u32,
    pub(super) variant_id: String,
    pub(super) frequencies: [f64; 5],
}

/// Alleles of sites with two alleles first, then those of the other sites.
pub(super) fn published() -> [Vec<Published>; 2] {
    let mut sites = [Vec::new(), Vec::new()];
    let records = lines(&folder().unwrap().join(CHR22)).filter(|line| !line.starts_with('#'));
    for record in records {
        let fields: Vec<&str> = record.splitn(9, '\t').collect();
        let alternates: Vec<&str> = fields[4].split(',').collect();
        let several = usize::from(alternates.len() > 1);
        for (n, alternate) in alternates.iter().enumerate() {
            let frequencies = SUPER_POPULATIONS.map(|name| {
                let list = info(fields[7], &format!("{name}_AF")).unwrap();
                list.split(',').nth(n).unwrap().parse().unwrap()
            });
            let pos = fields[1].parse().unwrap();
            let end = info(fields[7], "END");
            sites[several].push(Published {
                pos,
                variant_id: variant_id(pos, fields[3], alternate, end),
                frequencies,
            });
        }
    }
    sites
}

/// `22:POS:REF:ALT` without the bases that both alleles share at either end.
fn variant_id(mut pos: u32, reference: &str, alternate: &str, end: Option<&str>) -> String {
    if alternate.starts_with('<') {
        let end = end.map_or(pos.to_string(), str::to_owned);
        return format!("22:{pos}:{reference}:{alternate}:{end}");
    }
    let (mut r, mut a) = (reference.as_bytes(), alternate.as_bytes());
    while r.len() > 1 && a.len() > 1 && r.last() == a.last() {
        r = &r[..r.len() - 1];
        a = &a[..a.len() - 1];
    }
    while r.len() > 1 && a.len() > 1 && r[0] == a[0] {
        (r, a, pos) = (&r[1..], &a[1..], pos + 1);
    }
    let text = |allele: &[u8]| String::from_utf8(allele.to_vec()).unwrap();
    format!("22:{pos}:{}:{}", text(r), text(a))
}

impl Held {
    /// The samples of each super-population, by position.
    fn members(&self) -> [RoaringBitmap; 5] {
        let samples = self.g1000.genotype_samples().unwrap();
        assert_eq!(samples.len(), self.panel.people.len());
        SUPER_POPULATIONS.map(|name| {
            let of = (0..).zip(samples.iter()).filter(|(_, sample)| {
                self.panel.people[&sample.individual_id].super_population == name
            });
            of.map(|(position, _)| position).collect()
        })
    }

    /// How many people of each super-population have one copy, and two, of each allele
    /// of a chromosome, from the snapshot.
    pub(super) fn genotypes(&self, chromosome: &str) -> BTreeMap<String, [[u64; 2]; 5]> {
        let members = self.members();
        let blocks = self.g1000.blocks().unwrap().map(Result::unwrap);
        blocks
            .filter(|block| block.variant_id.starts_with(chromosome))
            .map(|block| {
                assert!(block.missing.is_empty(), "{}", block.variant_id);
                let counts = members.each_ref().map(|members| {
                    let sets = [&block.dosage_1, &block.dosage_2];
                    sets.map(|set| set.intersection_len(members))
                });
                (block.variant_id, counts)
            })
            .collect()
    }
}

/// How often a super-population has an allele.
fn alleles([one, two]: [u64; 2]) -> u64 {
    one + 2 * two
}

#[test]
fn every_published_allele_frequency_follows_from_the_snapshot() {
    let Some(held) = held() else { return };
    let genotypes = held.genotypes("22:");
    let people = SUPER_POPULATIONS.map(|name| held.panel.of(name, |_| ()).len());
    let checks = published().map(|sites| {
        let mut checks = 0;
        for site in sites {
            let Some(counts) = genotypes.get(&site.variant_id) else {
                panic!("{} is not in the snapshot", site.variant_id)
            };
            for ((count, people), expected) in counts.iter().zip(people).zip(site.frequencies) {
                let frequency = alleles(*count) as f64 / (2 * people) as f64;
                assert!(
                    (frequency - expected).abs() < 0.000_051,
                    "{}",
                    site.variant_id
                );
                checks += 1;
            }
        }
        checks
    });
    assert_eq!(checks, [30_405, 290]);
    assert_eq!(genotypes.len() * 5, checks.iter().sum::<usize>());
}

/// So many carriers there are at least, and so many others, where a figure is shown;
pub(super) const THRESHOLD: u64 = 10;
/// of so many it is, whatever the noise on the threshold.
pub(super) const CROWD: u64 = 20;

/// By how many alleles a figure may be another site's: two of each of T = 10 + 10
/// people, and rounding.
const APART: i64 = 45;

/// So many sites are asked for at once: with five groups of people, they make a
/// hundred figures. Of more, cohorts must be larger.
const AT_ONCE: usize = 20;

/// Asks how often each super-population has an allele, for many sites of a
/// chromosome at once: by position and super-population.
async fn visited(
    opened: &Opened,
    chromosome: &str,
    sites: &[u32],
) -> HashMap<(u32, String), String> {
    let list: Vec<String> = sites.iter().map(u32::to_string).collect();
    let sql = format!(
        "SELECT v.pos, i.super_population, sum(g.dosage) AS alleles \
         FROM individuals i JOIN genotypes g ON i.individual_id = g.individual_id \
         JOIN variants v ON g.variant_id = v.variant_id \
         WHERE v.chrom = '{chromosome}' AND v.pos IN ({}) AND g.dosage >= 1 \
         GROUP BY v.pos, i.super_population",
        list.join(", ")
    );
    let answer = opened.rows(G1000, &sql).await;
    let rows = answer.iter().map(|row| {
        let [pos, name, alleles] = cells(row).try_into().unwrap();
        ((pos.parse().unwrap(), name.to_owned()), alleles.to_owned())
    });
    rows.filter(|(_, alleles)| alleles != "-").collect()
}

#[tokio::test]
async fn allele_counts_of_common_variants_are_released_as_published() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let [biallelic, multiallelic] = published();
    let others: Vec<u32> = multiallelic.iter().map(|site| site.pos).collect();
    let common: Vec<&Published> = biallelic
        .iter()
        .filter(|site| site.frequencies.iter().all(|frequency| *frequency > 0.05))
        .filter(|site| !others.contains(&site.pos))
        .collect();
    assert!(common.len() >= 200, "{}", common.len());
    let genotypes = held.genotypes("22:");
    let (mut compared, mut crowds, mut exact) = (0, 0, 0);
    for sites in common.chunks(AT_ONCE) {
        let positions: Vec<u32> = sites.iter().map(|site| site.pos).collect();
        let mut released = visited(&opened, "22", &positions).await;
        for site in sites {
            let carriers = genotypes[&site.variant_id].map(|[one, two]| one + two);
            let groups = SUPER_POPULATIONS.iter().zip(site.frequencies).zip(carriers);
            for ((name, frequency), carriers) in groups {
                let people = held.panel.of(name, |_| ()).len();
                let chromosomes = 2 * people;
                let alleles = frequency * chromosomes as f64;
                // Four decimals tell one of so few chromosomes.
                assert!((alleles - alleles.round()).abs() < 0.07, "{alleles}");
                let expected = rounded(alleles.round() as usize);
                let fewer = carriers.min(people as u64 - carriers);
                let said = format!("{} {name}", site.variant_id);
                crowds += usize::from(fewer >= CROWD);
                if let Some(n) = released.remove(&(site.pos, (*name).to_owned())) {
                    // Neighbouring sites have nearly the same carriers: one may have
                    // the figure of another, whom fewer than T carry apart.
                    let off = n.parse::<i64>().unwrap() - i64::try_from(expected).unwrap();
                    assert!(off.abs() <= APART, "{said}: {off}");
                    exact += usize::from(off == 0);
                    assert!(fewer >= THRESHOLD, "{said}: {fewer}");
                    compared += 1;
                }
            }
        }
        assert!(released.is_empty());
    }
    // Sites are known from the data only: of each group of people one is left
    // out at each time, lest what is missing be told from a total.
    assert!(compared * 10 >= crowds * 9, "{compared} of {crowds}");
    assert!(compared >= 1_000, "{compared} of {crowds}");
    assert!(exact * 10 >= compared * 8, "{exact} of {compared}");
}

#[tokio::test]
async fn genotypes_of_a_bcf_are_counted_as_the_snapshot_has_them() {
    let Some(held) = held() else { return };
    let opened = held.opened();
    let alleles: BTreeMap<String, [u64; 5]> = (held.genotypes("20:").into_iter())
        .map(|(id, counts)| (id, counts.map(alleles)))
        .collect();
    assert_eq!(alleles.len(), 25_000);
    let people = SUPER_POPULATIONS.map(|name| held.panel.of(name, |_| ()).len() as u64);
    let common = alleles.iter().filter(|(_, counts)| {
        // As with published ones: at least 5 %, at most 70 %.
        let mut shares = counts.iter().zip(people);
        shares.all(|(count, people)| (people / 10..people * 7 / 5).contains(count))
    });
    let pos_of = |id: &str| -> u32 { id.split(':').nth(1).unwrap().parse().unwrap() };
    // Some that are not neighbours.
    let sites: BTreeMap<u32, [u64; 5]> = common
        .step_by(50)
        .take(AT_ONCE)
        .map(|(id, counts)| (pos_of(id), *counts))
        .collect();
    assert_eq!(sites.len(), AT_ONCE);
    let positions: Vec<u32> = sites.keys().copied().collect();
    let released = visited(&opened, "20", &positions).await;
    for ((pos, name), n) in &released {
        let of = SUPER_POPULATIONS.iter().position(|known| known == name);
        let expected = usize::try_from(sites[pos][of.unwrap()]).unwrap();
        assert_eq!(*n, rounded(expected).to_string(), "{pos} {name}");
    }
    assert!(released.len() * 10 >= sites.len() * 5 * 9, "{released:?}");
}
