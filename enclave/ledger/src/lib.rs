//! The enclave's memory: a hash-chained journal, budgets, receipts, and the auditor's tool.
