//! What is printed, for people or for programs.

use std::{
    io::{self, Write as _},
    process::ExitCode,
};

use sekisho_policies::{
    Condition, Decision, Denial, Finding, Language, Outcome, Reason, Rejected, Verdict,
};
use serde_json::{Value, json};

use crate::arguments::Format;

/// How things are printed.
pub(crate) struct Output {
    pub(crate) format: Format,
    pub(crate) language: Language,
}

impl Output {
    /// Prints a value for programs, or lines for people.
    pub(crate) fn print(&self, json: &Value, lines: &[String]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match self.format {
            Format::Json => writeln!(out, "{json}"),
            Format::Text => lines.iter().try_for_each(|line| writeln!(out, "{line}")),
        }
    }

    /// What went wrong, and the exit code that says so.
    pub(crate) fn failed(&self, error: &impl std::fmt::Display) -> io::Result<ExitCode> {
        let text = error.to_string();
        self.print(&json!({ "error": text }), &[text])?;
        Ok(ExitCode::FAILURE)
    }

    /// Files that are refused, and the exit code that says so.
    pub(crate) fn refused(&self, rejected: &Rejected) -> io::Result<ExitCode> {
        let json = json!({ "findings": self.findings(&rejected.findings) });
        self.print(&json, &[rejected.text(self.language)])?;
        Ok(ExitCode::FAILURE)
    }

    pub(crate) fn findings(&self, findings: &[Finding]) -> Value {
        let said = findings.iter().map(|finding| finding.said(self.language));
        json!(said.collect::<Vec<_>>())
    }

    pub(crate) fn decision(&self, decision: &Decision) -> Value {
        json!({
            "outcome": decision.outcome,
            "reasons": self.reasons(&decision.reasons),
            "terms": decision.terms.as_ref().map(|terms| json!({
                "organisation": terms.data_use.organisation,
                "purpose": terms.data_use.purpose.to_string(),
                "tier": terms.tier,
                "profile": terms.profile,
                "columns": terms.columns,
                "query_budget": terms.query_budget,
                "embargo_months": terms.embargo_months,
                "industry": terms.data_use.industry,
                "rules": terms.rules,
            })),
            "digest": hex::encode(decision.digest),
        })
    }

    pub(crate) fn reasons(&self, reasons: &[Reason]) -> Value {
        let said = reasons.iter().map(|reason| {
            json!({
                "rule": reason.rule,
                "message": reason.message.say(self.language),
                "help": reason.help(self.language),
                "place": reason.place,
            })
        });
        json!(said.collect::<Vec<_>>())
    }

    pub(crate) fn conditions(&self, conditions: &[Condition]) -> Value {
        let said = conditions.iter().map(|condition| {
            json!({
                "rule": condition.rule,
                "verdict": condition.verdict,
                "message": condition.message.say(self.language),
                "help": condition.help(self.language),
                "place": condition.place,
            })
        });
        json!(said.collect::<Vec<_>>())
    }

    /// A condition as people read it.
    pub(crate) fn condition(&self, condition: &Condition) -> Vec<String> {
        let mark = match condition.verdict {
            Verdict::Holds => "holds ",
            Verdict::Refers => "refers",
            Verdict::Fails(_) => "fails ",
        };
        let (rule, place) = (condition.rule, condition.place.to_string());
        let message = condition.message.say(self.language);
        let mut lines = vec![format!("  {mark}  {rule:<15}  {place:<22}  {message}")];
        let help = condition.help(self.language);
        if condition.verdict != Verdict::Holds && !help.is_empty() {
            lines.push(format!("{:50}{help}", ""));
        }
        lines
    }
}

/// An answer in one line.
pub(crate) fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Allow => "allow",
        Outcome::Refer => "refer: a person must look",
        Outcome::Deny(Denial::Unknown) => "deny: the visitor is told `unknown visitor`",
        Outcome::Deny(Denial::NotAvailable) => "deny: the visitor is told `not available`",
        Outcome::Deny(Denial::Policy) => {
            "deny: the visitor is told the rules that stand against it"
        }
    }
}
