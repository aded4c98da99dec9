//! The committee's files, strictly loaded, decided by casbin, explained.
