//! Stories, told of runs of the library.
