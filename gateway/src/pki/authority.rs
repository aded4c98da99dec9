//! The development authority: issues and revokes.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, anyhow, bail};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose, RevocationReason,
    RevokedCertParams, SanType, SerialNumber,
};
use x509_parser::{
    pem::parse_x509_pem, prelude::FromDer as _, revocation_list::CertificateRevocationList,
};

use super::files::{private, public};

/// An authority and its key.
pub(super) struct Authority(Issuer<'static, KeyPair>);

/// What a certificate is for.
#[derive(Clone, Copy)]
pub(super) enum Role {
    /// To visit a gateway.
    Visitor,
    /// To be visited.
    Server,
    /// The gateway's: a server to visitors, a client to enclaves.
    Both,
}

/// What a certificate says.
pub(super) struct Certificate<'a> {
    pub(super) uri: String,
    /// The common name, for people only.
    pub(super) name: &'a str,
    pub(super) role: Role,
    /// DNS names of a server beside localhost and the loopback addresses.
    pub(super) dns: &'a [String],
    /// Its first day, counted from today.
    pub(super) from: i64,
    pub(super) days: u16,
}

/// A certificate and its key, PEM.
pub(super) struct Issued {
    pub(super) certificate: String,
    pub(super) key: String,
}

impl Authority {
    /// Makes an authority and writes `ca.pem` and `ca.key`.
    pub(super) fn create(dir: &Path, domain: &str) -> anyhow::Result<Self> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(
            DnType::CommonName,
            format!("{domain}: development authority"),
        );
        params.not_before = day(-1).into();
        params.not_after = day(3650).into();
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        private(&dir.join("ca.key"), &key.serialize_pem())?;
        public(&dir.join("ca.pem"), &certificate.pem())?;
        Ok(Self(Issuer::new(params, key)))
    }

    /// Reads `ca.pem` and `ca.key`.
    pub(super) fn load(dir: &Path) -> anyhow::Result<Self> {
        let read = |name: &str| {
            let file = dir.join(name);
            fs::read_to_string(&file).with_context(|| {
                format!(
                    "no authority: cannot read `{}`; make one with `sekisho-gateway pki init`",
                    file.display()
                )
            })
        };
        let damaged = || format!("the authority in `{}` is damaged", dir.display());
        let key = KeyPair::from_pem(&read("ca.key")?).with_context(damaged)?;
        Issuer::from_ca_cert_pem(&read("ca.pem")?, key)
            .map(Self)
            .with_context(damaged)
    }

    /// Issues a certificate with a fresh key and a random serial number.
    pub(super) fn issue(&self, asked: &Certificate<'_>) -> anyhow::Result<Issued> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, asked.name);
        params.subject_alt_names = names(asked)?;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = match asked.role {
            Role::Visitor => vec![ExtendedKeyUsagePurpose::ClientAuth],
            Role::Server => vec![ExtendedKeyUsagePurpose::ServerAuth],
            Role::Both => vec![
                ExtendedKeyUsagePurpose::ServerAuth,
                ExtendedKeyUsagePurpose::ClientAuth,
            ],
        };
        params.use_authority_key_identifier_extension = true;
        let mut serial = rand::random::<[u8; 16]>().to_vec();
        // A serial number is positive and has no leading zero.
        if let Some(first) = serial.first_mut() {
            *first = *first & 0x7f | 0x40;
        }
        params.serial_number = Some(SerialNumber::from(serial));
        // An hour ago, where today is asked: clocks differ.
        let slack = Duration::from_secs(if asked.from == 0 { 3600 } else { 0 });
        params.not_before = (day(asked.from) - slack).into();
        params.not_after = day(asked.from + i64::from(asked.days)).into();
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &self.0)?;
        Ok(Issued {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        })
    }

    /// Adds a certificate to the list of the revoked.
    pub(super) fn revoke(&self, list: &Path, certificate: &Path, days: u16) -> anyhow::Result<()> {
        let mut revoked = if list.exists() {
            revoked(list)?
        } else {
            Vec::new()
        };
        let pem = fs::read(certificate)
            .with_context(|| format!("cannot read `{}`", certificate.display()))?;
        let serial = serial(&pem).with_context(|| {
            format!(
                "`{}` holds no certificate in PEM form",
                certificate.display()
            )
        })?;
        if revoked.iter().any(|(known, _)| *known == serial) {
            bail!("`{}` is revoked already", certificate.display());
        }
        revoked.push((serial, SystemTime::now()));
        self.write_revocations(list, revoked, days)
    }

    /// Writes the list of the revoked, by serial number and time.
    pub(super) fn write_revocations(
        &self,
        list: &Path,
        revoked: Vec<(Vec<u8>, SystemTime)>,
        days: u16,
    ) -> anyhow::Result<()> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let params = CertificateRevocationListParams {
            this_update: day(-1).into(),
            next_update: day(i64::from(days)).into(),
            crl_number: SerialNumber::from(u64::try_from(now)?),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .into_iter()
                .map(|(serial, at)| RevokedCertParams {
                    serial_number: SerialNumber::from(serial),
                    revocation_time: at.into(),
                    reason_code: Some(RevocationReason::Unspecified),
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        public(list, &params.signed_by(&self.0)?.pem()?)
    }
}

fn names(asked: &Certificate<'_>) -> anyhow::Result<Vec<SanType>> {
    let uri = asked.uri.as_str();
    let mut names = vec![SanType::URI(
        uri.try_into()
            .with_context(|| format!("`{uri}` is no URI"))?,
    )];
    if matches!(asked.role, Role::Server | Role::Both) {
        names.push(SanType::IpAddress([127, 0, 0, 1].into()));
        for dns in std::iter::once("localhost").chain(asked.dns.iter().map(String::as_str)) {
            names.push(SanType::DnsName(
                dns.try_into()
                    .with_context(|| format!("`{dns}` is no DNS name"))?,
            ));
        }
    }
    Ok(names)
}

fn serial(pem: &[u8]) -> anyhow::Result<Vec<u8>> {
    let (_, section) = parse_x509_pem(pem).map_err(|_| anyhow!("it is not PEM"))?;
    let certificate = section
        .parse_x509()
        .map_err(|_| anyhow!("its first section is no certificate"))?;
    Ok(certificate.raw_serial().to_vec())
}

fn revoked(list: &Path) -> anyhow::Result<Vec<(Vec<u8>, SystemTime)>> {
    let damaged = || anyhow!("`{}` is no certificate revocation list", list.display());
    let text = fs::read(list)?;
    let (_, section) = parse_x509_pem(&text).map_err(|_| damaged())?;
    let (_, parsed) =
        CertificateRevocationList::from_der(&section.contents).map_err(|_| damaged())?;
    parsed
        .iter_revoked_certificates()
        .map(|revoked| {
            let at = u64::try_from(revoked.revocation_date.timestamp())?;
            Ok((
                revoked.raw_serial().to_vec(),
                UNIX_EPOCH + Duration::from_secs(at),
            ))
        })
        .collect()
}

/// This time of day, `from_today` days on.
fn day(from_today: i64) -> SystemTime {
    let distance = Duration::from_secs(from_today.unsigned_abs() * 86_400);
    if from_today < 0 {
        SystemTime::now() - distance
    } else {
        SystemTime::now() + distance
    }
}
