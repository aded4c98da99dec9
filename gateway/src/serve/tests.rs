//! A real gateway on a real socket, the shipped consortium's files, and the
//! enclave's side of the wire.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod enclave;
mod site;

use sekisho_proto::v1::{
    CheckRequest, GetBudgetRequest, GetReceiptRequest, ListDatasetsRequest, ListLedgerKeysRequest,
    ListTablesRequest, budget_service_client::BudgetServiceClient,
    catalog_service_client::CatalogServiceClient, query_response::Part,
    receipt_service_client::ReceiptServiceClient, visit_service_client::VisitServiceClient,
};
use tonic::{Request, transport::Channel};
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};

use super::*;
use site::{NOW_MS, Site, asking, kinds};

#[tokio::test]
async fn an_approved_visit_carries_a_permit_and_comes_back_whole() {
    let site = Site::open(|config| config).await;
    let asked = asking("P-0001", &["demo-cancer"], "SELECT 1");
    let parts = site.query("aiko-tanaka", asked).await.unwrap();
    assert_eq!(
        kinds(&parts),
        ["start demo-cancer", "chunk", "chunk", "release demo-cancer"]
    );
    let permits = site.permits();
    let (permit, left) = &permits[0];
    assert_eq!(permits.len(), 1);
    assert_eq!(permit.nonce.len(), 16);
    assert_eq!(
        permit.principal,
        "spiffe://consortium.example/people/aiko-tanaka"
    );
    assert_eq!(permit.organisation, "midori-institute");
    assert_eq!(
        (permit.project.as_str(), permit.dataset.as_str()),
        ("P-0001", "demo-cancer")
    );
    assert_eq!(permit.profile, "standard");
    assert_eq!(permit.budget_limit, 10_000);
    assert_eq!(permit.policy_digest.len(), 32);
    assert!(!permit.rules.is_empty() && !permit.purpose.is_empty());
    assert_eq!(
        (permit.issued_at_ms, permit.expires_at_ms),
        (NOW_MS, NOW_MS + 30_000)
    );
    assert!(left.unwrap() <= Duration::from_secs(120));
}

#[tokio::test]
async fn several_results_come_in_the_order_of_the_request() {
    let site = Site::open(|config| config).await;
    let asked = asking("P-0001", &["demo-control", "demo-cancer"], "SELECT 1");
    let parts = site.query("aiko-tanaka", asked).await.unwrap();
    assert_eq!(
        kinds(&parts),
        [
            "SITE_UNAVAILABLE demo-control",
            "start demo-cancer",
            "chunk",
            "chunk",
            "release demo-cancer"
        ]
    );
    for sql in ["cut", "leak late", "other"] {
        let asked = asking("P-0001", &["demo-cancer", "demo-control"], sql);
        let parts = site.query("aiko-tanaka", asked).await.unwrap();
        assert_eq!(parts.len(), 2, "half a result is none: {parts:?}");
        assert!(!format!("{parts:?}").contains("canary"));
    }
    let asked = asking("P-0001", &["demo-cancer", "demo-control"], "refuse");
    let parts = site.query("aiko-tanaka", asked).await.unwrap();
    let Part::Failure(failure) = &parts[0] else {
        unreachable!("a refusal: {parts:?}");
    };
    let refusal = failure.refusal.clone().unwrap();
    assert_eq!((refusal.rule.as_str(), refusal.line), ("release.rows", 2));
}

#[tokio::test]
async fn denied_and_absent_are_the_same_bytes_and_reach_no_enclave() {
    let site = Site::open(|config| config).await;
    let mut answers = Vec::new();
    for asked in [
        asking("P-0001", &["no-such-dataset"], "SELECT 1"),
        asking("P-0001", &["demo-cancer", "no-such-dataset"], "SELECT 1"),
        asking("P-0002", &["demo-cancer"], "SELECT 1"),
        asking("P-0002", &["no-such-dataset"], "SELECT 1"),
        asking("P-9999", &["demo-cancer"], "SELECT 1"),
    ] {
        let status = site.query("aiko-tanaka", asked).await.unwrap_err();
        answers.push((
            status.code(),
            status.message().to_owned(),
            status.details().to_vec(),
        ));
    }
    assert_eq!(answers[0].0, Code::NotFound);
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert!(site.permits().is_empty());
}

#[tokio::test]
async fn strangers_and_removed_members_are_not_told_apart() {
    let site = Site::open(|config| config).await;
    let asked = asking("P-0001", &["demo-cancer"], "SELECT 1");
    let removed = site.refused("dana-reed", asked.clone()).await;
    let stranger = site.refused("nobody", asked).await;
    assert_eq!(removed.reason, Reason::Unauthenticated);
    assert_eq!(removed, stranger);
    let mut catalog = CatalogServiceClient::new(site.channel("nobody"));
    let list = ListDatasetsRequest {
        project: "P-0001".to_owned(),
    };
    let status = catalog.list_datasets(list).await.unwrap_err();
    assert_eq!(Failure::from_status(&status).unwrap(), stranger);
    assert!(site.permits().is_empty());
}

#[tokio::test]
async fn a_project_that_has_expired_is_denied_with_the_rule() {
    let site = Site::open(|config| config).await;
    let asked = asking("P-0003", &["demo-cancer"], "SELECT 1");
    let failure = site.refused("emma-clarke", asked).await;
    assert_eq!(failure.reason, Reason::PolicyDenied);
    assert!(!failure.message.is_empty() && !failure.help.is_empty());
    assert!(failure.metadata.contains_key("rule"), "{failure:?}");
    assert!(!format!("{failure:?}").contains(".csv"), "{failure:?}");
    assert!(site.permits().is_empty());
}

#[tokio::test]
async fn what_goes_wrong_at_the_enclave_is_told_in_constants() {
    let site = Site::open(|config| config).await;
    for (sql, reason) in [
        ("refuse", Reason::QueryRefused),
        ("leak", Reason::Internal),
        ("leak late", Reason::Internal),
        ("other", Reason::Internal),
        ("cut", Reason::SiteUnavailable),
    ] {
        let asked = asking("P-0001", &["demo-cancer"], sql);
        let failure = site.refused("aiko-tanaka", asked).await;
        assert_eq!(failure.reason, reason, "{sql}");
        assert!(!format!("{failure:?}").contains("canary"));
    }
    let away = asking("P-0001", &["demo-control"], "SELECT 1");
    let failure = site.refused("aiko-tanaka", away).await;
    assert_eq!(failure.reason, Reason::SiteUnavailable);
}

#[tokio::test]
async fn an_enclave_with_another_certificate_is_not_asked() {
    let site = Site::open(|config| config.replace("enclaves/east", "enclaves/north")).await;
    let asked = asking("P-0001", &["demo-cancer"], "SELECT 1");
    let failure = site.refused("aiko-tanaka", asked).await;
    assert_eq!(failure.reason, Reason::SiteUnavailable);
    assert!(site.permits().is_empty());
}

#[tokio::test]
async fn malformed_requests_are_refused_before_any_decision() {
    let site = Site::open(|config| config).await;
    let mut asked = asking("P-0001", &["demo-cancer"], "SELECT 1");
    asked.idempotency_key = "not a key".to_owned();
    for asked in [asked, asking("P-0001", &[], "SELECT 1")] {
        let failure = site.refused("aiko-tanaka", asked).await;
        assert_eq!(failure.reason, Reason::InvalidRequest);
    }
    let large = asking("P-0001", &["demo-cancer"], &"x".repeat(200_000));
    let failure = site.refused("aiko-tanaka", large).await;
    assert_eq!(failure.reason, Reason::LimitExceeded);
    assert_eq!(failure.metadata["limit"], "max_message_bytes");
    assert!(site.permits().is_empty());
}

#[tokio::test]
async fn the_deadline_of_the_visitor_holds_upstream_too() {
    let site = Site::open(|config| config).await;
    let mut request = Request::new(asking("P-0001", &["demo-cancer"], "hang"));
    request.set_timeout(Duration::from_millis(400));
    let began = std::time::Instant::now();
    let status = site.query("aiko-tanaka", request).await.unwrap_err();
    assert!(began.elapsed() < Duration::from_secs(5));
    let failure = Failure::from_status(&status).unwrap();
    assert_eq!(failure.reason, Reason::LimitExceeded);
    let left = site.permits()[0].1.unwrap();
    assert!(left <= Duration::from_millis(400), "{left:?}");
}

#[tokio::test]
async fn one_person_has_only_so_many_calls_open() {
    let site = Site::open(|config| config).await;
    let hang = || asking("P-0001", &["demo-cancer"], "hang");
    let mut client = VisitServiceClient::new(site.channel("aiko-tanaka"));
    let first = client.query(hang()).await.unwrap();
    let _second = client.query(hang()).await.unwrap();
    let status = client.query(hang()).await.unwrap_err();
    let failure = Failure::from_status(&status).unwrap();
    assert_eq!(failure.reason, Reason::LimitExceeded);
    assert_eq!(failure.metadata["limit"], "concurrent_visits_per_person");
    // Others notice nothing, and a call that is given up makes room.
    let asked = asking("P-0003", &["demo-cancer"], "SELECT 1");
    let other = site.refused("emma-clarke", asked).await;
    assert_eq!(other.reason, Reason::PolicyDenied);
    drop(first);
    let began = std::time::Instant::now();
    while client.query(hang()).await.is_err() {
        assert!(began.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn check_catalogue_budget_and_receipts_are_handed_on() {
    let site = Site::open(|config| config).await;
    let channel = site.channel("aiko-tanaka");
    let project = "P-0001".to_owned();
    let asked = CheckRequest {
        question: asking("P-0001", &["demo-cancer"], "SELECT 1").question,
    };
    let checked = VisitServiceClient::new(channel.clone())
        .check(asked)
        .await
        .unwrap();
    assert!(checked.into_inner().results[0].accepted);
    let mut catalog = CatalogServiceClient::new(channel.clone());
    let list = ListDatasetsRequest {
        project: project.clone(),
    };
    let listed = catalog
        .list_datasets(list)
        .await
        .unwrap()
        .into_inner()
        .datasets;
    let seen: Vec<_> = listed
        .iter()
        .map(|d| (d.id.as_str(), d.available))
        .collect();
    assert_eq!(seen, [("demo-cancer", true), ("demo-control", false)]);
    assert_eq!(
        (listed[0].title.as_str(), listed[0].tier.as_str()),
        ("Cancer", "detailed")
    );
    let tables = ListTablesRequest {
        project: project.clone(),
        dataset: "demo-cancer".to_owned(),
    };
    let tables = catalog.list_tables(tables).await.unwrap().into_inner();
    assert_eq!(tables.tables.len(), 1);
    let budgets = BudgetServiceClient::new(channel.clone())
        .get_budget(GetBudgetRequest {
            project: project.clone(),
        })
        .await
        .unwrap()
        .into_inner()
        .budgets;
    assert_eq!(budgets.len(), 1, "the enclave that is away is left out");
    assert_eq!((budgets[0].limit, budgets[0].spent), (10_000, 3));
    let mut receipts = ReceiptServiceClient::new(channel);
    let keys = ListLedgerKeysRequest {
        project: project.clone(),
    };
    let keys = receipts
        .list_ledger_keys(keys)
        .await
        .unwrap()
        .into_inner()
        .keys;
    assert_eq!(keys.len(), 1);
    assert_eq!(keys[0].vkey, "east.example+0+key");
    let receipt = GetReceiptRequest {
        project,
        dataset: "demo-cancer".to_owned(),
        leaf_index: 7,
    };
    let receipt = receipts.get_receipt(receipt).await.unwrap().into_inner();
    assert_eq!(receipt.receipt.unwrap().leaf_index, 7);
    let operations: Vec<_> = site
        .permits()
        .into_iter()
        .map(|(p, _)| p.operation)
        .collect();
    assert_eq!(operations, ["check", "catalog", "budget", "receipt"]);
}

#[tokio::test]
async fn health_stands_behind_the_same_door() {
    let site = Site::open(|config| config).await;
    let health = HealthClient::new(site.channel("aiko-tanaka"))
        .check(HealthCheckRequest {
            service: "sekisho.v1.VisitService".to_owned(),
        })
        .await
        .unwrap();
    assert_eq!(health.into_inner().status(), ServingStatus::Serving);
    let bare = Channel::from_shared(format!("http://localhost:{}", site.address.port())).unwrap();
    assert!(
        bare.connect().await.is_ok(),
        "plain TCP is accepted by the system"
    );
    let plain = HealthClient::new(bare.connect_lazy())
        .check(HealthCheckRequest::default())
        .await;
    assert!(plain.is_err(), "and answered by nobody");
}

#[tokio::test]
async fn policies_that_are_rejected_leave_the_last_good_set_in_force() {
    let dir = tempfile::tempdir().unwrap();
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/consortium");
    copy(&source, dir.path());
    let policies = Policies::load(dir.path().to_owned(), None, None).unwrap();
    let before = policies.digest();
    let grants = dir.path().join("grants.csv");
    let good = std::fs::read_to_string(&grants).unwrap();
    std::fs::remove_file(dir.path().join("tests.csv")).unwrap();
    std::fs::write(&grants, good.replace(",allow,", ",alow,")).unwrap();
    let rejected = policies.reload().unwrap_err();
    assert!(rejected.to_string().contains("grants.csv:2"), "{rejected}");
    assert_eq!(policies.digest(), before);
    assert!(Policies::load(dir.path().to_owned(), None, None).is_err());
    let fewer: Vec<&str> = good.lines().take(2).collect();
    std::fs::write(&grants, fewer.join("\n") + "\n").unwrap();
    policies.reload().unwrap();
    assert_ne!(policies.digest(), before);
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
