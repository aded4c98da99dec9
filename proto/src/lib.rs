//! Wire types of the visitors' and the enclaves' services.
