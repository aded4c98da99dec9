//! An enclave's answer to one question, read part by part.

use sekisho_policies::Language;
use sekisho_proto::{
    analysis,
    enclave::v1::{AnalyzeRequest, Errand, QueryRequest, SignedPermit},
    permit::Wording,
    v1::{self, QueryResponse, ResultStart, query_response::Part},
};
use sekisho_runtime::status::Failure;
use tokio::time::Instant;
use tonic::Streaming;

use super::{away, internal, prepared, relayed};
use crate::decision::Approved;

/// The longest chunk of Arrow IPC.
const CHUNK_BYTES: usize = 1024 * 1024;

/// What an enclave is asked to do.
#[derive(Clone, PartialEq)]
pub(crate) enum Work {
    /// A query.
    Sql(String),
    /// An analysis.
    Analysis(v1::Analysis),
}

/// Work, and how it is waited for.
#[derive(Clone)]
pub(crate) struct Waited {
    pub(crate) work: Work,
    pub(crate) errand: Errand,
}

impl Work {
    /// The permit for it.
    pub(crate) fn permit<P>(&self, sign: impl FnOnce(Wording<'_>) -> P) -> P {
        match self {
            Self::Sql(sql) => sign(Wording::Sql(sql)),
            Self::Analysis(asked) => sign(Wording::Analysis(&analysis::text(asked))),
        }
    }
}

/// The parts of one result: a start, chunks, a release, and nothing after it.
pub(crate) struct Answer {
    dataset: String,
    language: Language,
    upstream: Streaming<QueryResponse>,
    state: State,
}

enum State {
    Asked,
    /// The start has been handed on; the part that was read before it waits.
    Started(Box<Part>),
    Running,
    Released,
}

impl Answer {
    /// Asks an enclave.
    pub(crate) async fn ask(
        approved: &Approved,
        permit: Option<SignedPermit>,
        Waited { work, errand }: Waited,
        idempotency_key: String,
        deadline: Instant,
    ) -> Result<Self, Failure> {
        let language = approved.language();
        let mut client = approved.enclave().client();
        let asked = match work {
            Work::Sql(sql) => {
                let request = QueryRequest {
                    permit,
                    sql,
                    idempotency_key,
                    errand: errand.into(),
                };
                client.query(prepared(request, deadline)).await
            }
            Work::Analysis(analysis) => {
                let request = AnalyzeRequest {
                    permit,
                    analysis: Some(analysis),
                    idempotency_key,
                    errand: errand.into(),
                };
                client.analyze(prepared(request, deadline)).await
            }
        };
        let upstream = asked
            .map_err(|status| relayed(&status, language))?
            .into_inner();
        Ok(Self {
            dataset: approved.dataset().to_owned(),
            language,
            upstream,
            state: State::Asked,
        })
    }

    /// The next part; none after the release. The start comes only when the
    /// enclave has sent something, so a refusal is never half a result.
    pub(crate) async fn next(&mut self) -> Result<Option<Part>, Failure> {
        match std::mem::replace(&mut self.state, State::Running) {
            State::Asked => {
                let first = self.read().await?;
                self.state = State::Started(Box::new(first));
                Ok(Some(Part::Start(ResultStart {
                    dataset: self.dataset.clone(),
                })))
            }
            State::Started(first) => Ok(Some(self.handed_on(*first))),
            State::Running => {
                let part = self.read().await?;
                Ok(Some(self.handed_on(part)))
            }
            State::Released => {
                self.state = State::Released;
                Ok(None)
            }
        }
    }

    fn handed_on(&mut self, part: Part) -> Part {
        if matches!(part, Part::Release(_)) {
            self.state = State::Released;
        }
        part
    }

    async fn read(&mut self) -> Result<Part, Failure> {
        let message = self
            .upstream
            .message()
            .await
            .map_err(|status| relayed(&status, self.language))?
            // The stream ended without a release: the connection was cut.
            .ok_or_else(away)?;
        match message.part {
            Some(Part::ArrowIpc(bytes)) if bytes.len() <= CHUNK_BYTES => Ok(Part::ArrowIpc(bytes)),
            Some(Part::Release(release)) if release.dataset == self.dataset => {
                Ok(Part::Release(release))
            }
            _ => Err(internal()),
        }
    }
}
