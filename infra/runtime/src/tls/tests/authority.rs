//! A certificate authority for tests.

use std::time::{Duration, SystemTime};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyIdMethod, KeyPair, KeyUsagePurpose,
    RevokedCertParams, SanType, SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};

pub(super) struct Authority {
    certificate: rcgen::Certificate,
    issuer: Issuer<'static, KeyPair>,
}

pub(super) struct Issued {
    pub(super) certificate: String,
    pub(super) key: String,
    serial: SerialNumber,
}

impl Issued {
    pub(super) fn chain(&self) -> Vec<CertificateDer<'static>> {
        vec![CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()]
    }

    pub(super) fn key_der(&self) -> PrivateKeyDer<'static> {
        PrivateKeyDer::from_pem_slice(self.key.as_bytes()).unwrap()
    }
}

/// What a certificate says, and when it is in force, in days from today.
pub(super) struct Names {
    common_name: String,
    sans: Vec<SanType>,
    usage: ExtendedKeyUsagePurpose,
    from: i32,
    until: i32,
}

impl Names {
    pub(super) fn client(common_name: &str) -> Self {
        Self {
            common_name: common_name.to_owned(),
            sans: Vec::new(),
            usage: ExtendedKeyUsagePurpose::ClientAuth,
            from: -1,
            until: 30,
        }
    }

    pub(super) fn person(uri: &str) -> Self {
        Self::client("somebody else").and(uri)
    }

    pub(super) fn and(mut self, uri: &str) -> Self {
        self.sans.push(SanType::URI(uri.try_into().unwrap()));
        self
    }

    pub(super) fn days(self, from: i32, until: i32) -> Self {
        Self {
            from,
            until,
            ..self
        }
    }
}

impl Authority {
    pub(super) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate,
            issuer: Issuer::new(params, key),
        }
    }

    pub(super) fn pem(&self) -> String {
        self.certificate.pem()
    }

    pub(super) fn der(&self) -> CertificateDer<'static> {
        self.certificate.der().clone()
    }

    pub(super) fn person(&self, uri: &str) -> Issued {
        self.issue(Names::person(uri))
    }

    pub(super) fn server(&self, uri: &str) -> Issued {
        let mut names = Names::person(uri);
        names
            .sans
            .push(SanType::DnsName("localhost".try_into().unwrap()));
        names.usage = ExtendedKeyUsagePurpose::ServerAuth;
        self.issue(names)
    }

    pub(super) fn issue(&self, names: Names) -> Issued {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, names.common_name);
        params.subject_alt_names = names.sans;
        params.extended_key_usages = vec![names.usage];
        params.not_before = day(names.from).into();
        params.not_after = day(names.until).into();
        let key = KeyPair::generate().unwrap();
        let serial = SerialNumber::from_slice(&key.public_key_raw()[1..17]);
        params.serial_number = Some(serial.clone());
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Issued {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
            serial,
        }
    }

    pub(super) fn revoke(&self, revoked: &[&Issued]) -> String {
        CertificateRevocationListParams {
            this_update: day(-1).into(),
            next_update: day(30).into(),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: revoked
                .iter()
                .map(|issued| RevokedCertParams {
                    serial_number: issued.serial.clone(),
                    revocation_time: day(-1).into(),
                    reason_code: None,
                    invalidity_date: None,
                })
                .collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        }
        .signed_by(&self.issuer)
        .unwrap()
        .pem()
        .unwrap()
    }
}

fn day(from_today: i32) -> SystemTime {
    let distance = Duration::from_secs(u64::from(from_today.unsigned_abs()) * 86_400);
    if from_today < 0 {
        SystemTime::now() - distance
    } else {
        SystemTime::now() + distance
    }
}
