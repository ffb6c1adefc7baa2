//! What holds for every history of a matter that can come about: random acts by random people on random days.

#![expect(clippy::unwrap_used, reason = "what a test expects to be there, is")]

mod matter {
    mod acts;
    mod asking;
    mod checks;
    mod given;
    mod laws;
    mod plan;
    mod recount;
}
