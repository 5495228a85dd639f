//! What a fetcher asks for.
