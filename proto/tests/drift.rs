//! The checked-in code is what the protos generate. `SEKISHO_BLESS=1` rewrites it.

use std::{error::Error, fs, path::Path};

const PROTOS: &[&str] = &[
    "sekisho/v1/analysis.proto",
    "sekisho/v1/visit.proto",
    "sekisho/v1/catalog.proto",
    "sekisho/v1/release.proto",
    "sekisho/v1/budget.proto",
    "sekisho/v1/operation.proto",
    "sekisho/v1/receipt.proto",
    "sekisho/v1/error_reason.proto",
    "sekisho/enclave/v1/enclave.proto",
];

fn generate(out: &Path) -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut compiler = protox::Compiler::new([root])?;
    compiler.include_source_info(true).include_imports(true);
    for proto in PROTOS {
        compiler.open_file(proto)?;
    }
    // Reflection needs names and types; the comments are in the files.
    let mut bare = compiler.file_descriptor_set();
    for file in &mut bare.file {
        file.source_code_info = None;
    }
    fs::write(
        out.join("descriptor.bin"),
        prost::Message::encode_to_vec(&bare),
    )?;
    tonic_prost_build::configure()
        .out_dir(out)
        .build_transport(false)
        .compile_fds(compiler.file_descriptor_set())?;
    Ok(())
}

/// A file's name and bytes.
type Content = (String, Vec<u8>);

fn files(folder: &Path) -> Result<Vec<Content>, Box<dyn Error>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .ok_or("no name")?
            .to_string_lossy()
            .into_owned();
        found.push((name, fs::read(&path)?));
    }
    found.sort();
    Ok(found)
}

#[test]
fn the_checked_in_code_is_what_the_protos_generate() -> Result<(), Box<dyn Error>> {
    let checked_in = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/gen");
    if std::env::var_os("SEKISHO_BLESS").is_some() {
        return generate(&checked_in);
    }
    let fresh = tempfile::tempdir()?;
    generate(fresh.path())?;
    let (fresh, checked_in) = (files(fresh.path())?, files(&checked_in)?);
    let names = |list: &[Content]| list.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
    assert_eq!(
        names(&fresh),
        names(&checked_in),
        "run `SEKISHO_BLESS=1 cargo test -p sekisho-proto`"
    );
    for ((name, new), (_, old)) in fresh.iter().zip(&checked_in) {
        assert!(
            new == old,
            "{name} has drifted: run `SEKISHO_BLESS=1 cargo test -p sekisho-proto`"
        );
    }
    Ok(())
}
