//! Operations: one of a name, whose end lasts, and no more than there is room for.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use sekisho_runtime::clock::SystemClock;

use super::*;

fn operations() -> Operations<&'static str> {
    let limits = Limits {
        time: Duration::from_secs(60),
        per_person: 3,
        running_per_person: 2,
    };
    Operations::new(limits, Arc::new(SystemClock))
}

fn name(principal: &str, name: &str) -> Name {
    Name {
        principal: principal.to_owned(),
        project: "P-0001".to_owned(),
        name: name.to_owned(),
    }
}

fn begun(of: &Operations<&'static str>, name: &Name) -> Arc<Held<&'static str>> {
    match of.submit(name, vec!["d".to_owned()], "q").unwrap() {
        Err(Begun(held)) => held,
        Ok(_) => panic!("it was there"),
    }
}

#[test]
fn a_name_has_one_question_and_one_run_until_it_fails() {
    let all = operations();
    let one = name("a", "one");
    let held = begun(&all, &one);
    let again = all.submit(&one, Vec::new(), "q").unwrap();
    assert!(again.is_ok_and(|same| Arc::ptr_eq(&same, &held)));
    let other = all.submit(&one, Vec::new(), "another").err().unwrap();
    assert_eq!(other.reason, Reason::InvalidRequest);
    // What is another's is not there.
    let missing = all.get(&name("b", "one")).err().unwrap();
    assert_eq!(missing.reason, Reason::NotAvailable);

    all.end(
        &held,
        Outcome::Failed(Failure::new(Reason::SiteUnavailable, "away")),
    );
    assert_eq!(held.now().failure.unwrap().reason, "SITE_UNAVAILABLE");
    assert_eq!(held.answered().unwrap_err().reason, Reason::SiteUnavailable);
    let anew = begun(&all, &one);
    assert_eq!(anew.answered().unwrap_err().reason, Reason::NotAvailable);
    assert_eq!(anew.now().state(), OperationState::Running);
    all.end(&anew, Outcome::Succeeded);
    assert_eq!(all.get(&one).unwrap().answered().unwrap(), &"q");
    assert!(all.submit(&one, Vec::new(), "q").unwrap().is_ok());
}

#[test]
fn as_many_go_on_and_are_kept_as_may() {
    let all = operations();
    let held = ["1", "2"].map(|at| begun(&all, &name("a", at)));
    let refused = all.submit(&name("a", "3"), Vec::new(), "q").err().unwrap();
    assert_eq!(refused.reason, Reason::LimitExceeded);
    begun(&all, &name("b", "1"));
    all.end(&held[1], Outcome::Cancelled);
    all.end(&held[0], Outcome::Succeeded);
    begun(&all, &name("a", "3"));
    begun(&all, &name("a", "4"));
    // Of those that ended the first is forgotten.
    let listed = all.list("a", "P-0001");
    let mut names: Vec<&str> = listed.iter().map(|of| of.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["1", "3", "4"]);
    assert!(all.list("a", "P-0002").is_empty());
}

#[tokio::test]
async fn whoever_waits_is_told_of_the_end() {
    let all = operations();
    let held = begun(&all, &name("a", "1"));
    let mut watched = held.watch();
    let waiting = tokio::spawn(async move {
        let ended = watched.wait_for(|now| lasts(now.state())).await;
        ended.unwrap().state()
    });
    held.cancel();
    held.cancelled().await;
    all.end(&held, Outcome::Cancelled);
    assert_eq!(waiting.await.unwrap(), OperationState::Cancelled);
}
