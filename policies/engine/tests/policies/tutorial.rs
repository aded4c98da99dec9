//! The committee's tutorial, `policies/README.md`, done step by step as it is written.
//!
//! - A block `csv add FILE` or `toml add FILE` is appended to the file.
//! - A block `csv change FILE` takes the place of the row with the same first cell, or two.
//! - Of a block `console`, each line behind `$` is run in a shell, and what follows must be
//!   printed; `…` stands for anything, on a line of its own for any lines.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sekisho_policies::{DecisionLog, Operation, PolicySet, Recorded, Request, files_of};

use crate::{
    consortium::folder,
    files::{Files, write},
};

#[derive(Debug)]
struct Block {
    line: usize,
    /// The words behind the opening fence.
    info: Vec<String>,
    text: Vec<String>,
}

fn blocks(page: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open = false;
    for (at, line) in page.lines().enumerate() {
        match line.strip_prefix("```") {
            Some(_) if open => open = false,
            Some(info) => {
                open = true;
                blocks.push(Block {
                    line: at + 1,
                    info: info.split_whitespace().map(str::to_owned).collect(),
                    text: Vec::new(),
                });
            }
            None if open => blocks.last_mut().unwrap().text.push(line.to_owned()),
            None => {}
        }
    }
    blocks
}

/// The folder that the reader works in: a copy of `policies`, and what a gateway recorded.
fn workplace() -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    let copy = |from: &str, to: &str| {
        let files: Files = files_of(&folder().join(from)).unwrap();
        write(&files, &dir.path().join(to));
    };
    copy("", "consortium");
    for holder in ["east-cancer-centre", "west-biobank"] {
        copy(
            &format!("../holders/{holder}"),
            &format!("holders/{holder}"),
        );
    }
    let log = DecisionLog::open(dir.path().join("decisions")).unwrap();
    let set = PolicySet::load(&folder()).unwrap();
    let request = Request {
        principal: "spiffe://consortium.example/people/max-weber",
        project: "P-0002",
        dataset: "demo-cancer",
        operation: Operation::Query,
        at: jiff::Timestamp::now(),
    };
    log.append(&Recorded::of(&request, &set.decide(&request)))
        .unwrap();
    dir
}

/// A public key for `NAME = "RW…"`.
fn with_key(line: &str, at: &Path) -> String {
    let Some((name, _)) = line.split_once(" = \"RW…\"") else {
        return line.to_owned();
    };
    let file = at.join("keys").join(format!("{name}.pub"));
    let text = fs::read_to_string(file).unwrap();
    line.replace("RW…", text.lines().nth(1).unwrap())
}

fn edit(block: &Block, at: &Path) {
    let [_, verb, file] = block.info.as_slice() else {
        panic!("line {}: which file, and what to do with it?", block.line);
    };
    let path = at.join(file);
    let rows: Vec<String> = block.text.iter().map(|line| with_key(line, at)).collect();
    let text = fs::read_to_string(&path).unwrap_or_default();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    match verb.as_str() {
        "add" => lines.extend(rows),
        "change" => {
            for row in rows {
                let key = |line: &str| {
                    let mut cells = line.split(',').map(str::to_owned);
                    // A project has several grants.
                    (
                        cells.next(),
                        file.ends_with("grants.csv").then(|| cells.next()),
                    )
                };
                let mut same = lines.iter_mut().filter(|line| key(line) == key(&row));
                let line = same
                    .next()
                    .unwrap_or_else(|| panic!("no row like `{row}` in {file}"));
                *line = row;
            }
        }
        other => panic!("line {}: what is `{other}`?", block.line),
    }
    fs::write(path, lines.join("\n") + "\n").unwrap();
}

/// The folder of `sekisho-policy`.
fn programs() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_sekisho-policy"));
    program.parent().unwrap().to_owned()
}

fn run(command: &str, at: &Path) -> Vec<String> {
    let path = format!(
        "{}:{}",
        programs().display(),
        std::env::var("PATH").unwrap()
    );
    let done = Command::new("sh")
        .args(["-c", command])
        .current_dir(at)
        .env("PATH", path)
        .env("LC_ALL", "C")
        .env_remove("SEKISHO_LANGUAGE")
        .output()
        .unwrap();
    let printed = [done.stdout, done.stderr].concat();
    String::from_utf8(printed)
        .unwrap()
        .lines()
        .map(str::to_owned)
        .collect()
}

/// Whether a line is as it is written, `…` standing for anything.
fn fits(written: &str, printed: &str) -> bool {
    let mut parts = written.split('…');
    let Some(mut rest) = parts.next().and_then(|first| printed.strip_prefix(first)) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        let Some((_, behind)) = rest.split_once(part) else {
            return false;
        };
        rest = behind;
    }
    rest.ends_with(last)
}

fn all_fit(written: &[String], printed: &[String]) -> bool {
    match (written, printed) {
        ([], []) => true,
        ([any, rest @ ..], printed) if any == "…" => {
            (0..=printed.len()).any(|at| all_fit(rest, &printed[at..]))
        }
        ([one, rest @ ..], [line, further @ ..]) => {
            fits(one, line.trim_end()) && all_fit(rest, further)
        }
        _ => false,
    }
}

fn console(block: &Block, at: &Path) {
    let mut lines = block.text.iter().peekable();
    while let Some(line) = lines.next() {
        let mut command = line
            .strip_prefix("$ ")
            .unwrap_or_else(|| panic!("{line}"))
            .to_owned();
        while command.ends_with('\\') {
            command.pop();
            command += lines.next().unwrap();
        }
        let mut written = Vec::new();
        while let Some(line) = lines.next_if(|line| !line.starts_with("$ ")) {
            written.push(line.clone());
        }
        let printed = run(&command, at);
        assert!(
            all_fit(&written, &printed),
            "line {}: `{command}` prints\n{}\ninstead of\n{}",
            block.line,
            printed.join("\n"),
            written.join("\n")
        );
    }
}

#[test]
fn the_tutorial_holds_step_by_step() {
    let page = fs::read_to_string(folder().join("../README.md")).unwrap();
    let dir = workplace();
    let mut commands = 0;
    for block in blocks(&page) {
        match block.info.first().map(String::as_str) {
            Some("console") => {
                console(&block, dir.path());
                commands += 1;
            }
            Some("csv" | "toml") => edit(&block, dir.path()),
            other => panic!("line {}: a block of {other:?}", block.line),
        }
    }
    assert!(commands >= 10, "{commands}");
}

#[test]
fn a_page_that_is_out_of_date_is_found() {
    let fits = |written: &[&str], printed: &[&str]| {
        let owned = |lines: &[&str]| {
            lines
                .iter()
                .map(|line| (*line).to_owned())
                .collect::<Vec<_>>()
        };
        all_fit(&owned(written), &owned(printed))
    };
    assert!(fits(&["a … c", "…", "z"], &["a b c", "x", "y", "z"]));
    assert!(!fits(&["a … c"], &["a b d"]));
    assert!(!fits(&["a"], &["a", "b"]) && !fits(&["a", "b"], &["a"]));
}
