//! Damaged files, drawn: none ends the program, keeps it busy, or publishes a part of
//! a snapshot.
//!
//! `SEKISHO_FUZZ` says how many of each, or `SEKISHO_FUZZ_SECONDS` for how long;
//! `SEKISHO_FUZZ_SEED` from which seed on. A failure names its seed.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use super::binary::{MANIFEST as BCF_MANIFEST, binary, compressed};
use super::quality;
use super::*;

/// How many of each are drawn where nobody says otherwise.
const USUAL: u64 = 150;
/// The longest that one may take, on a machine that does much else.
const PATIENCE: Duration = Duration::from_secs(60);

/// What damages are made of, beside single bytes.
const WORDS: [&[u8]; 36] = [
    b"\t",
    b"\n",
    b"\r\n",
    b"\0",
    b"##",
    b"#CHROM",
    b".",
    b"./.",
    b"0|1",
    b"1/2/3",
    b"/0/1",
    b"*",
    b"<DEL>",
    b"<NON_REF>",
    b"G]17:198982]",
    b";END=",
    b"SVLEN=-",
    b"4294967296",
    b"-1",
    b"1e308",
    b"nan",
    b"GT:DP:GQ:AD",
    b"chr",
    b"\xff\xfe",
    "\u{3000}".as_bytes(),
    b"=",
    b",,,,",
    b"\"",
    b"## METRICS CLASS\tx\n",
    b"SN\t",
    b"total\t",
    b"?",
    b"NaN",
    b"-Infinity",
    b"[[[[{\"",
    b"\": 0.5, \"",
];

const VCF: &str = "##fileformat=VCFv4.3\n##contig=<ID=1,length=249250621>\n##contig=<ID=X>\n\
    ##INFO=<ID=END,Number=1,Type=Integer,Description=\"End\">\n\
    ##INFO=<ID=GENE,Number=A,Type=String,Description=\"Gene\">\n\
    ##FORMAT=<ID=GT,Number=1,Type=String,Description=\"Genotype\">\n\
    #CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\ts0\ts1\ts2\n\
    1\t10\trs1\tA\tG,T\t5\tPASS\tGENE=ABC,DEF\tGT:DP:GQ:AD\t0/1:9:7:5,4,0\t2|2:300:.:0,0,300\t./.\n\
    1\t20\t.\tA\t<DEL>\t.\tPASS\tEND=90\tGT:DP\t0/1:1\t0/0:2\t1/.:70000\n\
    1\t30\t.\tGAC\tGTC,GACC,*\t.\tPASS\t.\tGT\t1/2\t3|3\t0/.\n\
    X\t30\trs3\tAC\tA\t.\tPASS\tGENE=GHI\tGT:AD\t0:1,2\t1:3,4\t./.:5,6\n";

/// A small generator: what is drawn hangs on the seed alone.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap()
    }

    /// A few damages.
    fn damaged(&mut self, whole: &[u8]) -> Vec<u8> {
        let mut bytes = whole.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len());
            let end = (at + 1 + self.below(40)).min(bytes.len());
            match self.below(7) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = u8::try_from(self.below(256)).unwrap(),
                2 => drop(bytes.drain(at..end)),
                3 => {
                    let again = bytes[at..end].to_vec();
                    let to = self.below(bytes.len());
                    bytes.splice(to..to, again);
                }
                4 => bytes.truncate(at),
                _ => {
                    let word = WORDS[self.below(WORDS.len())];
                    bytes.splice(at..at, word.iter().copied());
                }
            }
        }
        bytes
    }
}

/// Ingests damaged forms of one file of a dataset.
fn fuzz(manifest: &str, file: &'static str, whole: &[u8], write: fn(&Path, &[u8])) {
    let number = |name: &str| std::env::var(name).ok().map(|n| n.parse::<u64>().unwrap());
    let first = number("SEKISHO_FUZZ_SEED").unwrap_or(1);
    let until = number("SEKISHO_FUZZ_SECONDS").map(|n| Instant::now() + Duration::from_secs(n));
    let count = number("SEKISHO_FUZZ").unwrap_or(USUAL);
    let mut accepted = 0;
    for seed in first.. {
        let over = until.map_or(seed >= first + count, |until| Instant::now() > until);
        if over {
            // At least the one that is whole.
            assert!(
                accepted > 0,
                "{file}: none of {} was accepted",
                seed - first
            );
            return;
        }
        let dataset = Dataset::with_samples(3, manifest);
        if file != "dataset.toml" {
            dataset.file("cohort.vcf", VCF);
        }
        let damaged = match seed {
            seed if seed == first => whole.to_vec(),
            seed => Draw(seed).damaged(whole),
        };
        write(&dataset.path(file), &damaged);
        let (sender, receiver) = channel();
        let ingesting = std::thread::spawn(move || {
            let outcome = dataset.ingest();
            let _ = sender.send(());
            (dataset, outcome)
        });
        let ended = receiver.recv_timeout(PATIENCE);
        assert_ne!(
            ended,
            Err(RecvTimeoutError::Timeout),
            "seed {seed} of {file} does not end"
        );
        let (dataset, outcome) =
            (ingesting.join()).unwrap_or_else(|_| panic!("seed {seed} of {file} ends the program"));
        let known = dataset.store().datasets().unwrap();
        match outcome {
            Ok(ingested) => {
                accepted += 1;
                let snapshot = dataset.store().current(&known[0]).unwrap();
                assert_eq!(snapshot.id(), ingested.snapshot, "seed {seed} of {file}");
                if ingested.report.samples > 0 {
                    let blocks = snapshot.blocks().unwrap();
                    blocks.for_each(|block| drop(block.unwrap()));
                }
            }
            Err(error) => {
                assert!(known.is_empty(), "seed {seed} of {file}: {error}");
                assert!(!error.to_string().is_empty());
            }
        }
    }
}

#[test]
fn damaged_vcf() {
    fuzz(BCF_MANIFEST, "cohort.vcf", VCF.as_bytes(), |path, bytes| {
        fs::write(path, bytes).unwrap();
    });
}

#[test]
fn damaged_bcf() {
    let manifest = BCF_MANIFEST.replace("cohort.*", "cohort.bcf");
    fuzz(&manifest, "cohort.bcf", &binary(), |path, bytes| {
        fs::write(path, compressed(bytes)).unwrap();
    });
}

#[test]
fn damaged_manifest() {
    let manifest = format!("{HEAD}\n{BCF_MANIFEST}\n{PEOPLE}");
    fuzz(
        BCF_MANIFEST,
        "dataset.toml",
        manifest.as_bytes(),
        |path, bytes| {
            fs::write(path, bytes).unwrap();
            fs::write(path.with_file_name("cohort.vcf"), VCF).unwrap();
        },
    );
}

#[test]
fn damaged_outputs_of_quality_control() {
    for (format, file, whole, fields) in quality::examples() {
        let fields: Vec<String> = (0..)
            .zip(fields)
            .map(|(n, field)| format!("m{n} = {{ field = \"{field}\", scale = 100 }}"))
            .collect();
        let columns: String = (0..fields.len())
            .map(|n| format!("m{n} = {{ role = \"technical\", type = \"float\" }}\n"))
            .collect();
        let manifest = format!(
            "[[tables.qc_metrics.sources]]\nformat = \"{format}\"\nfiles = [\"{file}\"]\n\
             sample_id = \"s0\"\ncolumns = {{ {} }}\n[tables.qc_metrics.columns]\n\
             sample_id = {{ role = \"identifier\" }}\nindividual_id = {{ role = \"unit\" }}\n{columns}",
            fields.join(", ")
        );
        fuzz(&manifest, file, whole.as_bytes(), |path, bytes| {
            fs::write(path, bytes).unwrap();
        });
    }
}
