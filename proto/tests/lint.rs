//! The protos keep to the usual rules: packages are paths, names have their
//! case, every element says what it is.

use std::{error::Error, path::Path};

use prost_types::{DescriptorProto, FileDescriptorProto, source_code_info::Location};

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

// Field numbers of descriptor.proto, of which a location's path is made.
const MESSAGE: i32 = 4;
const ENUM: i32 = 5;
const SERVICE: i32 = 6;
const FIELD_OR_VALUE: i32 = 2;

fn files() -> Result<Vec<FileDescriptorProto>, Box<dyn Error>> {
    let mut compiler = protox::Compiler::new([Path::new(env!("CARGO_MANIFEST_DIR"))])?;
    compiler.include_source_info(true);
    for proto in PROTOS {
        compiler.open_file(proto)?;
    }
    Ok(compiler.file_descriptor_set().file)
}

fn index(position: usize) -> i32 {
    i32::try_from(position).unwrap_or(i32::MAX)
}

/// Every element of a file that should be documented: its path and name.
fn elements(file: &FileDescriptorProto) -> Vec<(Vec<i32>, String)> {
    let mut found = Vec::new();
    for (m, message) in file.message_type.iter().enumerate() {
        found.push((vec![MESSAGE, index(m)], message.name().to_owned()));
        for (f, field) in message.field.iter().enumerate() {
            let name = format!("{}.{}", message.name(), field.name());
            found.push((vec![MESSAGE, index(m), FIELD_OR_VALUE, index(f)], name));
        }
    }
    for (e, r#enum) in file.enum_type.iter().enumerate() {
        found.push((vec![ENUM, index(e)], r#enum.name().to_owned()));
        for (v, value) in r#enum.value.iter().enumerate() {
            found.push((
                vec![ENUM, index(e), FIELD_OR_VALUE, index(v)],
                value.name().to_owned(),
            ));
        }
    }
    for (s, service) in file.service.iter().enumerate() {
        found.push((vec![SERVICE, index(s)], service.name().to_owned()));
        for (m, method) in service.method.iter().enumerate() {
            let name = format!("{}.{}", service.name(), method.name());
            found.push((vec![SERVICE, index(s), FIELD_OR_VALUE, index(m)], name));
        }
    }
    found
}

#[test]
fn every_element_says_what_it_is() -> Result<(), Box<dyn Error>> {
    for file in files()? {
        let locations: &[Location] = file
            .source_code_info
            .as_ref()
            .map_or(&[], |info| info.location.as_slice());
        for (path, name) in elements(&file) {
            let documented = locations.iter().any(|location| {
                location.path == path && !location.leading_comments().trim().is_empty()
            });
            assert!(documented, "{}: `{name}` has no comment", file.name());
        }
    }
    Ok(())
}

#[test]
fn a_package_is_its_versioned_path() -> Result<(), Box<dyn Error>> {
    for file in files()? {
        let folder = file
            .name()
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        assert_eq!(file.package(), folder.replace('/', "."), "{}", file.name());
    }
    Ok(())
}

#[test]
fn names_have_their_case() -> Result<(), Box<dyn Error>> {
    let snake = |name: &str| {
        name.chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    let pascal =
        |name: &str| name.starts_with(|c: char| c.is_ascii_uppercase()) && !name.contains('_');
    for file in files()? {
        for message in &file.message_type {
            let DescriptorProto { field, .. } = message;
            assert!(pascal(message.name()), "{}", message.name());
            assert!(
                field.iter().all(|field| snake(field.name())),
                "{}",
                message.name()
            );
        }
        for service in &file.service {
            assert!(service.name().ends_with("Service"), "{}", service.name());
            for method in &service.method {
                assert!(pascal(method.name()), "{}", method.name());
            }
        }
        for r#enum in &file.enum_type {
            let prefix = screaming(r#enum.name());
            for value in &r#enum.value {
                assert!(value.name().starts_with(&prefix), "{}", value.name());
            }
        }
    }
    Ok(())
}

/// The name of an enum as its values begin: `ErrorReason` as `ERROR_REASON_`.
fn screaming(name: &str) -> String {
    let mut prefix = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !prefix.is_empty() {
            prefix.push('_');
        }
        prefix.push(letter.to_ascii_uppercase());
    }
    prefix + "_"
}
