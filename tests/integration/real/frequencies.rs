//! Allele frequencies of 1000 Genomes, against those that its authors published
//! beside the genotypes.

use std::collections::{BTreeMap, HashMap};

use roaring::RoaringBitmap;

use super::{
    G1000, Held, cells, held,
    panel::{CHR22, SUPER_POPULATIONS},
    rounded,
    source::{folder, info, lines},
};

/// A site of two alleles, and in which share of each super-population's
/// chromosomes the alternate one is, to four decimals.
struct Published {
    pos: u32,
    variant_id: String,
    frequencies: [f64; 5],
}

/// Alleles of sites with two alleles first, then those of the other sites.
fn published() -> [Vec<Published>; 2] {
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

/// The samples of each super-population, by position.
fn members(held: &Held) -> [RoaringBitmap; 5] {
    let samples = held.g1000.genotype_samples().unwrap();
    assert_eq!(samples.len(), held.panel.people.len());
    SUPER_POPULATIONS.map(|name| {
        let of = (0..).zip(samples.iter()).filter(|(_, sample)| {
            held.panel.people[&sample.individual_id].super_population == name
        });
        of.map(|(position, _)| position).collect()
    })
}

/// How often each super-population has each allele of a chromosome, from the
/// snapshot.
fn alleles(held: &Held, chromosome: &str) -> BTreeMap<String, [u64; 5]> {
    let members = members(held);
    let blocks = held.g1000.blocks().unwrap().map(Result::unwrap);
    blocks
        .filter(|block| block.variant_id.starts_with(chromosome))
        .map(|block| {
            assert!(block.missing.is_empty(), "{}", block.variant_id);
            let counts = members.each_ref().map(|members| {
                let one = block.dosage_1.intersection_len(members);
                one + 2 * block.dosage_2.intersection_len(members)
            });
            (block.variant_id, counts)
        })
        .collect()
}

#[test]
fn every_published_allele_frequency_follows_from_the_snapshot() {
    let Some(held) = held() else { return };
    let alleles = alleles(held, "22:");
    let people = SUPER_POPULATIONS.map(|name| held.panel.of(name, |_| ()).len());
    let checks = published().map(|sites| {
        let mut checks = 0;
        for site in sites {
            let Some(counts) = alleles.get(&site.variant_id) else {
                panic!("{} is not in the snapshot", site.variant_id)
            };
            for ((count, people), expected) in counts.iter().zip(people).zip(site.frequencies) {
                let frequency = *count as f64 / (2 * people) as f64;
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
    assert_eq!(alleles.len() * 5, checks.iter().sum::<usize>());
}

/// Asks how often each super-population has an allele, for many sites at once:
/// by position and super-population.
async fn visited(held: &Held, sites: &[u32]) -> HashMap<(u32, String), String> {
    let of_site: Vec<String> = sites
        .iter()
        .map(|pos| {
            format!(
                "SELECT {pos} AS pos, i.super_population, sum(g.dosage) AS alleles \
                 FROM individuals i JOIN genotypes g ON i.individual_id = g.individual_id \
                 JOIN variants v ON g.variant_id = v.variant_id \
                 WHERE v.chrom = '22' AND v.pos = {pos} AND g.dosage >= 1 \
                 GROUP BY i.super_population"
            )
        })
        .collect();
    let answer = held.rows(G1000, &of_site.join(" UNION ALL ")).await;
    let rows = answer.iter().map(|row| {
        let [pos, name, alleles] = cells(row).try_into().unwrap();
        ((pos.parse().unwrap(), name.to_owned()), alleles.to_owned())
    });
    rows.collect()
}

#[tokio::test]
async fn allele_counts_of_common_variants_are_released_as_published() {
    let Some(held) = held() else { return };
    let [biallelic, multiallelic] = published();
    let others: Vec<u32> = multiallelic.iter().map(|site| site.pos).collect();
    let common: Vec<&Published> = biallelic
        .iter()
        .filter(|site| site.frequencies.iter().all(|frequency| *frequency > 0.05))
        .filter(|site| !others.contains(&site.pos))
        .collect();
    assert!(common.len() >= 200, "{}", common.len());
    let mut compared = 0;
    for sites in common.chunks(10) {
        let positions: Vec<u32> = sites.iter().map(|site| site.pos).collect();
        let mut released = visited(held, &positions).await;
        for site in sites {
            for (name, frequency) in SUPER_POPULATIONS.iter().zip(site.frequencies) {
                let chromosomes = 2 * held.panel.of(name, |_| ()).len();
                let alleles = frequency * chromosomes as f64;
                // Four decimals tell one of so few chromosomes.
                assert!((alleles - alleles.round()).abs() < 0.07, "{alleles}");
                let expected = rounded(alleles.round() as usize);
                let n = released.remove(&(site.pos, (*name).to_owned()));
                assert_eq!(n, Some(expected.to_string()), "{} {name}", site.variant_id);
                compared += 1;
            }
        }
        assert!(released.is_empty());
    }
    assert_eq!(compared, common.len() * 5);
}

#[tokio::test]
async fn genotypes_of_a_bcf_are_counted_as_the_snapshot_has_them() {
    let Some(held) = held() else { return };
    let alleles = alleles(held, "20:");
    assert_eq!(alleles.len(), 25_000);
    let pos_of = |id: &str| -> u32 { id.split(':').nth(1).unwrap().parse().unwrap() };
    let positions: Vec<u32> = alleles.keys().map(|id| pos_of(id)).collect();
    let from = positions.iter().min().unwrap() + 10_000;
    let to = from + 10_000;
    let mut expected = [0; 5];
    for (id, counts) in &alleles {
        if (from..=to).contains(&pos_of(id)) {
            for (sum, count) in expected.iter_mut().zip(counts) {
                *sum += usize::try_from(*count).unwrap();
            }
        }
    }
    let sql = format!(
        "SELECT i.super_population, sum(g.dosage) AS alleles FROM individuals i \
         JOIN genotypes g ON i.individual_id = g.individual_id \
         JOIN variants v ON g.variant_id = v.variant_id \
         WHERE v.chrom = '20' AND v.pos BETWEEN {from} AND {to} AND g.dosage >= 1 \
         GROUP BY i.super_population"
    );
    let expected: Vec<String> = SUPER_POPULATIONS
        .iter()
        .zip(expected)
        .map(|(name, alleles)| format!("{name} {}", rounded(alleles)))
        .collect();
    assert_eq!(held.rows(G1000, &sql).await, expected);
}
