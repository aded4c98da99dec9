//! `sekisho doctor`: the connection, step by step, one plain sentence each.

mod certificate;

use std::{
    io::{self, Write},
    time::Duration,
};

use sekisho::{Connection, Error, Failure, Reason, Visit};
use sekisho_runtime::{
    clock::{Clock as _, SystemClock},
    tls::{client_endpoint, uri_san},
};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};

use super::{
    exit::Exit,
    settings::{Setting, Settings},
};
use certificate::Identity;

/// How long finding and reaching the gateway may take.
const WAIT: Duration = Duration::from_secs(10);

/// Why a step failed: what is wrong and what to do, and how the command ends.
#[derive(Debug, PartialEq, Eq)]
struct Wrong(String, Exit);

/// A step's sentence.
type Step = Result<String, Wrong>;

fn wrong<T>(sentence: impl Into<String>) -> Result<T, Wrong> {
    Err(Wrong(sentence.into(), Exit::Failed))
}

/// Why the examination stops before its end.
enum Stop {
    /// A step failed.
    At(Exit),
    /// The report cannot be printed.
    Printing(io::Error),
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Printing(error)
    }
}

/// Walks the chain and stops at the first thing that is wrong.
pub(crate) async fn run(settings: &Settings, out: &mut impl Write) -> io::Result<Exit> {
    match examine(settings, &mut Report { out }).await {
        Ok(()) => {
            writeln!(out, "Everything is in order.")?;
            Ok(Exit::Done)
        }
        Err(Stop::At(exit)) => Ok(exit),
        Err(Stop::Printing(error)) => Err(error),
    }
}

struct Report<'a, W: Write> {
    out: &'a mut W,
}

impl<W: Write> Report<'_, W> {
    /// Prints a step, and stops if something is wrong.
    fn step(&mut self, name: &str, step: Step) -> Result<(), Stop> {
        match step {
            Ok(sentence) => Ok(writeln!(self.out, "ok    {name:<9} {sentence}")?),
            Err(wrong) => Err(self.stop(name, wrong)),
        }
    }

    /// Prints the last step, the one that is wrong.
    fn stop(&mut self, name: &str, Wrong(sentence, exit): Wrong) -> Stop {
        match writeln!(self.out, "WRONG {name:<9} {sentence}") {
            Ok(()) => Stop::At(exit),
            Err(error) => Stop::Printing(error),
        }
    }
}

async fn examine<W: Write>(settings: &Settings, report: &mut Report<'_, W>) -> Result<(), Stop> {
    report.step("settings", told(settings))?;
    let connection = settings
        .connection()
        .map_err(|ended| report.stop("settings", Wrong(ended.to_string(), ended.exit())))?;
    let identity = certificate::read(&connection.identity)
        .map_err(|sentence| report.stop("files", Wrong(sentence, Exit::Failed)))?;
    report.step("files", files(&connection))?;
    report.step("key", key(&connection))?;
    let now = SystemClock.now_ms();
    report.step("clock", identity.clock(now).or_else(wrong))?;
    report.step("expiry", identity.expiry(now).or_else(wrong))?;
    report.step("name", name(&identity))?;
    report.step("ca", identity.authority(&connection.ca, now).or_else(wrong))?;
    report.step("dns", dns(&connection).await)?;
    report.step("tcp", tcp(&connection).await)?;
    let visit = Visit::connect(connection.clone())
        .await
        .map_err(|error| report.stop("tls", Wrong(tls(&error), Exit::Failed)))?;
    // In TLS 1.3 a server refuses a certificate after the client is content:
    // only the first call shows it.
    let asked = visit.datasets().await;
    if let Err(error @ Error::Unreachable { .. }) = &asked {
        return Err(report.stop("tls", Wrong(tls(error), Exit::Failed)));
    }
    let accepted = "the gateway's certificate leads to your ca, and it accepts yours";
    report.step("tls", Ok(accepted.to_owned()))?;
    let datasets = asked.map_err(|error| {
        let wrong = match error {
            Error::Failed(failure) => policy(failure, &connection),
            error => Wrong(error.to_string(), Exit::Failed),
        };
        report.stop("policy", wrong)
    })?;
    let answering = datasets.iter().filter(|dataset| dataset.available).count();
    let seen = format!(
        "datasets that project {} may see: {}; that answer at present: {answering}",
        connection.project,
        datasets.len()
    );
    report.step("policy", Ok(seen))?;
    report.step("receipts", receipts(&visit).await)
}

fn told(settings: &Settings) -> Step {
    let given = [
        ("address", &settings.address),
        ("identity", &settings.identity),
        ("ca", &settings.ca),
        ("project", &settings.project),
        ("trust", &settings.trust),
        ("language", &settings.language),
    ];
    let mut by_source: Vec<(String, Vec<&str>)> = Vec::new();
    for (name, setting) in given {
        let Some(Setting { source, .. }) = setting else {
            continue;
        };
        let source = source.to_string();
        match by_source.iter_mut().find(|(known, _)| *known == source) {
            Some((_, names)) => names.push(name),
            None => by_source.push((source, vec![name])),
        }
    }
    if by_source.is_empty() {
        return Ok("nothing is given".to_owned());
    }
    let told = by_source.iter();
    let told = told.map(|(source, names)| format!("{} from {source}", names.join(", ")));
    Ok(told.collect::<Vec<_>>().join("; "))
}

fn files(connection: &Connection) -> Step {
    match std::fs::read(&connection.ca) {
        Ok(_) => Ok(format!(
            "`{}` and `{}` can be read",
            connection.identity.display(),
            connection.ca.display()
        )),
        Err(error) => wrong(format!(
            "`{}` cannot be read: {error}; give the consortium's authorities with --ca",
            connection.ca.display()
        )),
    }
}

fn key(connection: &Connection) -> Step {
    let built = connection
        .tls()
        .map_err(Error::from)
        .and_then(|tls| Ok(client_endpoint(&tls)?));
    match built {
        Ok(_) => Ok("the private key belongs to the certificate".to_owned()),
        Err(error) => wrong(error.to_string()),
    }
}

fn name(identity: &Identity) -> Step {
    match uri_san(identity.leaf()) {
        Some(uri) => Ok(format!("the certificate names you `{uri}`")),
        None => wrong(
            "the certificate does not name exactly one URI in its subject alternative names; \
             ask your consortium for one that names you",
        ),
    }
}

async fn dns(connection: &Connection) -> Step {
    let (host, port) = host_and_port(connection)?;
    match timeout(WAIT, lookup_host((host, port))).await {
        Ok(Ok(mut found)) => match found.next() {
            Some(address) => Ok(format!("`{host}` is {}", address.ip())),
            None => wrong(format!("`{host}` has no address; check its spelling")),
        },
        Ok(Err(error)) => wrong(format!(
            "`{host}` cannot be found: {error}; check its spelling and your network"
        )),
        Err(_) => wrong(format!(
            "nobody says within 10 s what `{host}` is; check your network"
        )),
    }
}

async fn tcp(connection: &Connection) -> Step {
    let (host, port) = host_and_port(connection)?;
    match timeout(WAIT, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(format!("port {port} is open")),
        Ok(Err(error)) => wrong(format!(
            "port {port} of `{host}` cannot be reached: {error}; is the gateway running, and does a \
             firewall stand between?"
        )),
        Err(_) => wrong(format!(
            "port {port} of `{host}` does not answer within 10 s; a firewall may stand between"
        )),
    }
}

/// Host without brackets, and port.
fn host_and_port(connection: &Connection) -> Result<(&str, u16), Wrong> {
    let parts = connection.host_and_port();
    let (host, port) = parts.map_err(|error| Wrong(error.to_string(), Exit::Usage))?;
    Ok((host.trim_matches(['[', ']']), port))
}

/// What a handshake failed of, in words. The causes are those of rustls.
fn tls(error: &Error) -> String {
    let cause = error.to_string();
    let says = |words: &[&str]| words.iter().any(|word| cause.contains(word));
    let meaning = if says(&["UnknownIssuer", "BadSignature"]) {
        "the gateway's certificate does not lead to your ca; get the authorities' file from your consortium again"
    } else if says(&["NotValidForName"]) {
        "the gateway's certificate is not for this host name; use the name that your consortium gave you"
    } else if says(&["invalid peer certificate: Expired", "certificate expired"]) {
        "the gateway's certificate has expired; tell your consortium"
    } else if says(&["CertificateRevoked"]) {
        "the gateway says that your certificate is revoked; ask your consortium for a new one"
    } else if says(&["CertificateExpired"]) {
        "the gateway says that your certificate has expired; ask your consortium for a new one"
    } else if says(&[
        "UnknownCA",
        "UnknownCa",
        "BadCertificate",
        "CertificateUnknown",
        "DecryptError",
        "AccessDenied",
    ]) {
        "the gateway does not accept your certificate; it was issued by another authority, or revoked"
    } else if says(&["CertificateRequired"]) {
        "the gateway wants a certificate and got none; check --identity"
    } else if says(&["ProtocolVersion"]) {
        "the gateway does not speak TLS 1.3; a proxy may stand between"
    } else {
        "no secure connection comes about; a proxy may stand between"
    };
    format!("{meaning} ({cause})")
}

/// What a refused first call means.
fn policy(failure: Failure, connection: &Connection) -> Wrong {
    let exit = Exit::of_reason(failure.reason);
    let sentence = match failure.reason {
        Reason::Unauthenticated => format!("the consortium does not know you: {failure}"),
        Reason::NotAvailable => format!(
            "there is no project `{}` that you may visit for: {failure}",
            connection.project
        ),
        _ => failure.to_string(),
    };
    Wrong(sentence, exit)
}

async fn receipts(visit: &Visit) -> Step {
    if visit.trust().is_empty() {
        return Ok(
            "no keys are pinned, so receipts are not verified; see `sekisho keys`".to_owned(),
        );
    }
    let keys = match visit.ledger_keys().await {
        Ok(keys) => keys,
        Err(error) => return wrong(error.to_string()),
    };
    let strange = keys.iter().find(|(_, key)| !visit.trust().contains(key));
    match strange {
        None => Ok("every ledger's key is one that you have pinned".to_owned()),
        Some((dataset, _)) => wrong(format!(
            "the ledger of `{dataset}` has a key that you have not pinned; ask its holder whether \
             it has changed before you trust it"
        )),
    }
}

#[cfg(test)]
mod tests;
