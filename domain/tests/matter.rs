//! The rules of one matter, told as stories: given events, when a command, then events or a refusal.

#![expect(clippy::unwrap_used, reason = "what a test expects to be there, is")]

mod matter {
    mod aftermath;
    mod amend;
    mod asking;
    mod blocks;
    mod can;
    mod checks;
    mod clocks;
    mod counted_again;
    mod custody;
    mod dates;
    mod decision;
    mod given;
    mod intake;
    mod lapse;
    mod lateness;
    mod life;
    mod one_person;
    mod opinion;
    mod opinion_cards;
    mod package;
    mod papers;
    mod plan;
    mod receipt;
    mod record;
    mod stage_time;
    mod stand_in;
    mod supervision;
    mod time;
    mod tolerance;
    mod what_if;
}
