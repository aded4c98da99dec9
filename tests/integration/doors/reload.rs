//! Files that change while servers run.

use sekisho::Reason;
use sekisho_tests::{Consortium, Site, only, shown};

use super::{CANCER, COUNT, NO_MIDORI, refused, visit};

#[tokio::test]
async fn files_that_are_refused_leave_the_last_good_ones_in_force_at_both_doors() {
    let consortium = Consortium::builder().start();
    let asked = visit(&consortium).await;
    only(asked.sql(COUNT, &[CANCER]).await);
    // A slip in a row that denies: it must neither be dropped nor half taken.
    let gateway = consortium.policies();
    let good = gateway.read("grants.csv");
    gateway.add(
        "grants.csv",
        "P-0001,demo-cancer,*,*,*,,deny # until further notice,2026-04-01,2035-12-31",
    );
    assert!(!consortium.gateway.reload());
    let holder = consortium.holder(Site::East);
    let rules = holder.read("rules.csv");
    holder.add("rules.csv", &NO_MIDORI.replace(",deny,", "，deny,"));
    assert!(!consortium.east.reload());
    for log in [consortium.gateway.log(), consortium.east.log()] {
        assert!(log.contains("the last good set stays"), "{log}");
        assert!(log.contains("why:") && log.contains("write:"), "{log}");
    }
    let sql = format!("{COUNT} WHERE age > 44");
    only(asked.sql(&sql, &[CANCER]).await);
    // Mended, it holds at once.
    holder.write("rules.csv", &format!("{rules}{NO_MIDORI}\n"));
    assert!(consortium.east.reload());
    assert_eq!(
        refused(&asked, &sql, CANCER).await.reason,
        Reason::PolicyDenied
    );
    holder.write("rules.csv", &rules);
    assert!(consortium.east.reload());
    assert_eq!(shown(&only(asked.sql(COUNT, &[CANCER]).await)), ["300"]);
    gateway.write(
        "grants.csv",
        &format!("{good}P-0001,demo-cancer,*,*,*,,deny,2026-04-01,2035-12-31\n"),
    );
    assert!(consortium.gateway.reload());
    let denied = refused(&asked, &sql, CANCER).await;
    assert_eq!(
        denied.reason,
        Reason::PolicyDenied,
        "a deny beside an allow"
    );
    // Servers do not start with files that are refused.
    holder.add("rules.csv", "x");
    consortium.east.kill9();
    let config = consortium.folder().join("east/enclave.toml");
    let words = ["serve", "--config", config.to_str().unwrap()];
    let ran = sekisho_tests::run("sekisho-enclave", &words);
    assert!(
        ran.code == Some(1) && ran.err.contains("rules.csv:3"),
        "{ran:?}"
    );
}

#[tokio::test]
async fn a_holders_profile_that_the_enclave_does_not_have_is_refused() {
    let consortium = Consortium::builder().start();
    let holder = consortium.holder(Site::East);
    holder.replace("datasets.csv", ",standard,", ",gentle,");
    assert!(!consortium.east.reload());
    assert!(
        consortium.east.log().contains("gentle"),
        "{}",
        consortium.east.log()
    );
    only(visit(&consortium).await.sql(COUNT, &[CANCER]).await);
}
