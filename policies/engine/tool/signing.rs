//! `keygen`, `sign`, `verify`, `activate`, `rollback` and `history`: what comes into force.

use std::{
    fs, io, io::Write as _, os::unix::fs::OpenOptionsExt as _, path::Path, process::ExitCode,
};

use jiff::Timestamp;
use sekisho_policies::{
    Action, Activation, ActivationError, Active, Made, SignError, new_key, sign as sign_files,
    signing_of, verify as verify_files,
};
use serde_json::json;

use crate::output::Output;

pub(crate) fn keygen(out: &Output, name: &str, folder: &Path) -> io::Result<ExitCode> {
    let (secret, public) = match new_key(name) {
        Ok(pair) => pair,
        Err(error) => return out.failed(&error),
    };
    let path = folder.join(format!("{name}.key"));
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&path)
        .and_then(|mut file| file.write_all(secret.as_bytes()))
        .and_then(|()| {
            let text = format!("untrusted comment: policy key of {name}\n{public}\n");
            fs::write(folder.join(format!("{name}.pub")), text)
        });
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let path = path.display();
            return out.failed(&format!(
                "`{path}` is there already, and is not overwritten"
            ));
        }
        Err(error) => return out.failed(&format!("`{}`: {error}", path.display())),
        Ok(()) => {}
    }
    let lines = [
        format!(
            "the secret key is in {}; keep it where nobody else can read it",
            path.display()
        ),
        "enter the public key in the table `signing.keys`:".to_owned(),
        format!("{name} = \"{public}\""),
    ];
    out.print(&json!({ "name": name, "key": public.to_string() }), &lines)?;
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn sign(
    out: &Output,
    dir: &Path,
    serial: u64,
    name: &str,
    key: &Path,
) -> io::Result<ExitCode> {
    let text = match fs::read_to_string(key) {
        Ok(text) => text,
        Err(error) => return out.failed(&format!("`{}`: {error}", key.display())),
    };
    match sign_files(dir, serial, name, &text) {
        Ok(Made {
            statement,
            discarded,
        }) => {
            let digest = hex::encode(statement.digest);
            let line =
                format!("{name} signed the files with digest {digest} under serial {serial}");
            let removed = (!discarded.is_empty()).then(|| {
                let names = discarded.join(", ");
                format!("signatures of other files or another serial are removed: {names}")
            });
            let lines: Vec<String> = [line].into_iter().chain(removed).collect();
            let page = json!({ "serial": serial, "digest": digest, "discarded": discarded });
            out.print(&page, &lines)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(SignError::Rejected(rejected)) => out.refused(&rejected),
        Err(error) => out.failed(&error),
    }
}

pub(crate) fn verify(out: &Output, dir: &Path, keys: Option<&Path>) -> io::Result<ExitCode> {
    let of = keys.unwrap_or(dir);
    let signing = match signing_of(of) {
        Ok(Some(signing)) => signing,
        Ok(None) => {
            return out.failed(&format!(
                "`{}` says of nobody that they sign; add the table `signing`",
                of.display()
            ));
        }
        Err(rejected) => return out.refused(&rejected),
    };
    match verify_files(dir, &signing) {
        Ok(signed) => {
            let signers: Vec<&String> = signed.signers.iter().collect();
            let names: Vec<&str> = signers.iter().map(|name| name.as_str()).collect();
            let line = format!(
                "serial {}, signed by {} of {} (needed: {}): {}",
                signed.serial,
                signers.len(),
                signing.keys.len(),
                signing.threshold,
                names.join(", ")
            );
            out.print(
                &json!({ "serial": signed.serial, "signers": signers }),
                &[line],
            )?;
            Ok(ExitCode::SUCCESS)
        }
        Err(rejected) => out.refused(&rejected),
    }
}

pub(crate) fn activate(out: &Output, dir: &Path, active: &Path) -> io::Result<ExitCode> {
    activated(out, Active::new(active).activate(dir, Timestamp::now()))
}

pub(crate) fn rollback(
    out: &Output,
    active: &Path,
    to: Option<u64>,
    signatures: Option<&Path>,
) -> io::Result<ExitCode> {
    let active = Active::new(active);
    activated(out, active.roll_back(to, signatures, Timestamp::now()))
}

pub(crate) fn history(out: &Output, active: &Path) -> io::Result<ExitCode> {
    match Active::new(active).history() {
        Ok(history) => {
            let mut lines: Vec<String> = history.iter().map(line).collect();
            if lines.is_empty() {
                lines.push(format!("nothing came into force in `{}`", active.display()));
            }
            out.print(&json!({ "activations": history }), &lines)?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => failed(out, &error),
    }
}

fn activated(out: &Output, activated: Result<Activation, ActivationError>) -> io::Result<ExitCode> {
    match activated {
        Ok(activation) => {
            let line = format!("in force: {}", line(&activation));
            out.print(&json!(activation), &[line])?;
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => failed(out, &error),
    }
}

fn failed(out: &Output, error: &ActivationError) -> io::Result<ExitCode> {
    match error {
        ActivationError::Rejected(rejected) => out.refused(rejected),
        error => out.failed(error),
    }
}

fn line(activation: &Activation) -> String {
    let Activation {
        serial,
        digest,
        at,
        action,
        signers,
    } = activation;
    let how = match action {
        Action::Activate => "activated".to_owned(),
        Action::RollBack { to } => format!("rolled back to the files of {to}"),
    };
    let by = match signers.is_empty() {
        true => "nobody need sign".to_owned(),
        false => format!("signed by {}", signers.join(", ")),
    };
    format!("serial {serial}, {how} at {at}, {by}, digest {digest}")
}
