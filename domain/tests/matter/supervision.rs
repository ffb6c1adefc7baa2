//! Cards (R13): yellow before the promised limit ends, red once a term has passed, once each; what comes of them.

use super::given::*;
use om_domain::{
    decider::EventRecord,
    matter::{
        MatterCommand as C, MatterEvent as E,
        card::{About, Basis, Card, CardStanding, Colour, Subject},
        event::{CardIssued, Term},
    },
    settings::{CountySettings, Values},
};

/// A1, whose department promises ten working days, in review since Monday 2023-06-12: due on 2023-06-27.
fn in_review() -> Given {
    given(plan())
        .carded()
        .on("2023-06-12")
        .by("window")
        .when(submit("A1", &["form", "seal", "bank", "safety", "title"]))
        .by("dr-1")
        .when(accept("A1", "2023-06-12"))
        .see(|g| assert_eq!(g.dues("A1").1, day("2023-06-27")))
}

fn cards(g: &Given) -> Vec<&Card> {
    g.permit("A1").cards.values().collect()
}

fn only(g: &Given) -> &Card {
    let [card] = cards(g)[..] else { panic!("{:#?}", cards(g)) };
    card
}

fn issued(events: &[E]) -> Vec<&CardIssued> {
    events.iter().filter_map(|e| if let E::CardIssued(e) = e { Some(e) } else { None }).collect()
}

fn hand(about: About, against: &str) -> C {
    C::IssueCard {
        permit: p("A1"),
        colour: Colour::Yellow,
        about,
        against: p(against),
        reason: text("推进迟缓"),
    }
}

fn answer(card: u16) -> C {
    C::AnswerCard { permit: p("A1"), card, answer: text("已增派人手，三日内办结") }
}

fn appeal(card: u16) -> C {
    C::AppealCard { permit: p("A1"), card, reasons: text("系统录入有误") }
}

fn decided(card: u16, upheld: bool) -> C {
    C::DecideAppeal { permit: p("A1"), card, upheld, reasons: text("经核实") }
}

fn clear(card: u16) -> C {
    C::ClearCard { permit: p("A1"), card, reason: text("已办结") }
}

fn cancel(card: u16) -> C {
    C::CancelCard { permit: p("A1"), card, reasons: text("依据已更正") }
}

fn approve_a1(served: &str) -> C {
    C::ApprovePermit { permit: p("A1"), notice: notice("批复 1", served), conditions: None }
}

#[test]
fn r13_yellow_comes_on_the_last_working_day_of_the_promise_once() {
    // nine of ten working days are used at the end of Monday the 26th
    let g = in_review().on("2023-06-26").passes().see(|g| assert!(cards(g).is_empty()));
    let g = g.on("2023-06-27").passes().see(|g| {
        let card = only(g);
        assert_eq!(
            (card.colour, card.on, card.against.as_str()),
            (Colour::Yellow, p("2023-06-27"), "development-reform")
        );
        assert_eq!(card.subject, Subject::Term { round: 1, term: Term::Promised, occasion: 1 });
        let Basis::Rule { evidence, thresholds, settings } = &card.basis else { panic!("{card:?}") };
        assert_eq!((evidence.used, evidence.left, evidence.total), (9, 1, 10));
        assert_eq!((evidence.as_of, evidence.due), (p("2023-06-26"), p("2023-06-27")));
        assert_eq!((thresholds.used_percent, thresholds.left_days), (90, 1));
        assert_eq!((settings.stream.as_str(), settings.revision), ("530322.settings-main", None));
    });
    g.passes().see(|g| assert_eq!(cards(g).len(), 1));
}

#[test]
fn r13_the_day_of_a_yellow_card_is_known_before_it_comes_and_moves_with_the_clock() {
    let on = |g: &Given| g.state.yellow_on(&p("A1"), &g.calendar, &g.settings);
    let g = in_review().see(|g| assert_eq!(on(g), day("2023-06-27")));
    let stop = suspend("A1", "2023-07-10", "停 1", "2023-06-20");
    let g = g.on("2023-06-20").by("dr-1").when(stop).see(|g| assert_eq!(on(g), None));
    // five working days were used, and five run from the 11th of July on
    let g = g.on("2023-07-11").passes().see(|g| assert_eq!(on(g), day("2023-07-15")));
    g.on("2023-07-17").passes().see(|g| {
        assert_eq!((only(g).on, on(g)), (p("2023-07-15"), None));
    });
}

#[test]
fn r13_red_comes_when_the_promise_has_passed_and_again_when_the_law_has() {
    let g = in_review().on("2023-06-28").passes();
    g.see(|g| {
        let [yellow, red] = cards(g)[..] else { panic!("{:#?}", cards(g)) };
        assert_eq!((yellow.colour, yellow.on), (Colour::Yellow, p("2023-06-27")));
        assert_eq!((red.colour, red.on), (Colour::Red, p("2023-06-28")));
    })
    .on("2023-08-01")
    .passes()
    .see(|g| {
        let red: Vec<_> = cards(g).into_iter().filter(|card| card.colour == Colour::Red).collect();
        let terms: Vec<_> = red.iter().map(|card| card.subject.clone()).collect();
        let term = |term| Subject::Term { round: 1, term, occasion: 1 };
        assert_eq!(terms, [term(Term::Promised), term(Term::Statutory)]);
        assert_eq!(g.count("TermOverrun"), 2);
    });
}

#[test]
fn r13_decided_in_time_nothing_is_carded() {
    in_review()
        .on("2023-06-20")
        .by("dr-head")
        .when(approve_a1("2023-06-20"))
        .on("2023-06-28")
        .passes()
        .see(|g| assert!(cards(g).is_empty(), "{:#?}", cards(g)));
}

#[test]
fn r13_a_step_overrun_is_carded_even_when_the_total_is_on_time() {
    // silence for five working days deems acceptance; delivery is due ten working days after the decision
    let g = given(plan()).carded().on("2023-06-12").by("window");
    let g = g.when(submit("A1", &["form", "seal", "bank", "safety", "title"])).on("2023-06-20").passes();
    let g = g.see(|g| {
        assert_eq!(g.count("PermitDeemedAccepted"), 1);
        let card = only(g);
        assert_eq!((card.colour, card.on), (Colour::Red, p("2023-06-20")));
        assert_eq!(card.subject, Subject::Term { round: 1, term: Term::Intake, occasion: 1 });
    });
    let g = g.by("dr-head").when(approve_a1("2023-06-20")).on("2023-07-08").passes();
    g.see(|g| {
        let [_, delivery] = cards(g)[..] else { panic!("{:#?}", cards(g)) };
        assert_eq!(delivery.subject, Subject::Term { round: 1, term: Term::Delivery, occasion: 1 });
        assert!(delivery.on > p("2023-07-04"));
    });
}

#[test]
fn r13_a_handoff_unanswered_is_carded_against_the_receiver() {
    let offer =
        C::OfferHandoff { permit: p("A1"), to: p("water"), reason: text("职责划转"), papers: vec![] };
    let g = in_review().on("2023-06-13").by("dr-1").when(offer).on("2023-06-16").passes();
    let g = g.see(|g| {
        let card = only(g);
        assert_eq!((card.colour, card.against.as_str(), card.on), (Colour::Red, "water", p("2023-06-16")));
        assert_eq!(g.count("HandoffOverdue"), 1);
    });
    // answered in time, and recorded late: the card is seen to have lost its ground
    let late = g.by("water-1").effective("2023-06-15").when(C::ReceiveHandoff { permit: p("A1") });
    late.see(|g| assert!(!g.state.premise_stands(&p("A1"), only(g), &g.calendar)));
}

#[test]
fn r13_a_stopped_clock_is_carded_only_when_it_has_run_again() {
    in_review()
        .on("2023-06-26")
        .by("dr-1")
        .when(suspend("A1", "2023-07-10", "停 1", "2023-06-26"))
        .on("2023-07-10")
        .passes()
        .see(|g| assert!(cards(g).is_empty()))
        .on("2023-07-12")
        .passes()
        .see(|g| assert_eq!(only(g).colour, Colour::Yellow));
}

#[test]
fn r13_thresholds_are_those_of_the_day_and_a_change_cards_nothing_before_it() {
    let changed = |percent: u16, from: &str| {
        let values = Values { yellow_used_percent: percent, ..Values::default() };
        settings_from(values, from)
    };
    // half of the limit is used at the end of the 19th; the change begins on the 26th
    let mut g = in_review();
    g.settings = changed(50, "2023-06-26");
    let g = g.on("2023-06-25").passes().see(|g| assert!(cards(g).is_empty()));
    let g = g.on("2023-06-26").passes().see(|g| {
        let card = only(g);
        let Basis::Rule { thresholds, settings, .. } = &card.basis else { panic!("{card:?}") };
        assert_eq!((card.on, thresholds.used_percent, settings.revision), (p("2023-06-26"), 50, Some(0)));
    });
    // stricter or milder from tomorrow on: what was carded stays
    let mut g = g;
    g.settings = changed(100, "2023-06-27");
    g.passes().see(|g| assert_eq!(cards(g).len(), 1));
    // cards not issued by rule before their first day: what is overdue then is carded on that day
    let mut g = given_off().on("2023-07-04").passes().see(|g| assert!(cards(g).is_empty()));
    g.settings = on_from(&g.settings, "2023-07-05");
    g.on("2023-07-10").passes().see(|g| {
        let card = only(g);
        assert_eq!((card.colour, card.on), (Colour::Red, p("2023-07-05")));
    });
}

fn given_off() -> Given {
    let mut g = in_review();
    g.settings = CountySettings::always(Values { cards_by_rule: false, ..Values::default() });
    g
}

fn settings_from(values: Values, from: &str) -> CountySettings {
    changed(&CountySettings::default(), values, from)
}

fn on_from(settings: &CountySettings, from: &str) -> CountySettings {
    changed(settings, Values::default(), from)
}

/// The settings after a recorded change.
fn changed(settings: &CountySettings, new: Values, from: &str) -> CountySettings {
    use om_domain::{
        decider::{Decider, Effective, Recorded},
        settings::{SettingsDecider, event::SettingsChanged},
    };
    let mut settings = settings.clone();
    let old = settings.last().values.clone();
    let event = SettingsChanged { old, new, from: p(from), reason: text("县政府决定") };
    let recorded = Recorded {
        id: om_domain::ids::EventId(uuid::Uuid::nil()),
        revision: 0,
        by: actor("admin"),
        effective: Effective::On(p("2023-06-01")),
        recorded: morning(p("2023-06-01")),
        event: event.into(),
    };
    SettingsDecider::evolve(&mut settings, &recorded);
    settings
}

#[test]
fn r13_a_card_is_answered_and_cleared_once_the_overdue_thing_is_done() {
    let g = in_review().on("2023-06-28").passes();
    let g = g.by("nr-1").when(answer(2)).refused_as("NotAuthorised");
    let g =
        g.by("dr-1").when(answer(2)).then_only(&["CardAnswered"]).when(answer(2)).refused_as("WrongCardStep");
    let g = g.by("lead").when(clear(2)).refused_as("StillOverdue");
    let g = g.by("dr-head").when(approve_a1("2023-06-28"));
    let g = g.by("dr-1").when(clear(2)).refused_as("NotAuthorised");
    g.by("supervisor")
        .when(clear(2))
        .then_only(&["CardCleared"])
        .when(clear(2))
        .refused_as("WrongCardStep")
        .see(|g| {
            assert_eq!(cards(g)[1].standing, CardStanding::Cleared);
            assert_eq!(g.permit("A1").open_cards().count(), 1);
        });
}

#[test]
fn r13_an_appeal_is_made_once_and_decided_by_who_neither_issued_nor_was_carded() {
    let g = in_review().by("lead").when(hand(About::Permit, "development-reform"));
    let g = g.by("nr-1").when(appeal(1)).refused_as("NotAuthorised");
    let g = g.by("dr-head").when(appeal(1)).then_only(&["CardAppealed"]);
    let g = g.when(answer(1)).refused_as("WrongCardStep").when(appeal(1)).refused_as("AppealedAlready");
    let g = g.by("dr-1").when(decided(1, true)).refused_as("NotAuthorised");
    let g = g.by("lead").when(decided(1, true)).refused_as("SeparationOfDuties");
    let g = g.by("supervisor").when(clear(1)).refused_as("WrongCardStep");
    let g = g.when(decided(1, true)).then_only(&["CardUpheld"]);
    let g = g
        .by("dr-1")
        .when(appeal(1))
        .refused_as("AppealedAlready")
        .when(answer(1))
        .then_only(&["CardAnswered"]);
    g.by("auditor").when(clear(1)).refused_as("NotAuthorised");
}

#[test]
fn r13_a_cancelled_card_stays_visible_and_is_not_issued_again() {
    let g = in_review().on("2023-06-27").passes().by("dr-1").when(appeal(1));
    let g = g.by("deputy").when(decided(1, false)).then(|events| {
        assert!(matches!(events, [E::CardCancelled(e)] if !e.premise_fell));
    });
    g.passes().see(|g| {
        assert_eq!((cards(g).len(), only(g).standing), (1, CardStanding::Cancelled));
    });
}

#[test]
fn r16_a_card_whose_ground_a_late_entry_takes_away_says_so_and_may_be_cancelled() {
    let g = in_review().on("2023-06-30").passes();
    let g = g.by("lead").when(cancel(2)).refused_as("PremiseStands");
    let g = g.by("dr-head").effective("2023-06-26").when(approve_a1("2023-06-26"));
    g.see(|g| {
        for card in cards(g) {
            assert!(!g.state.premise_stands(&p("A1"), card, &g.calendar), "{card:?}");
        }
        assert_eq!(cards(g).len(), 2, "what was stated stays");
    })
    .by("lead")
    .when(cancel(2))
    .then(|events| assert!(matches!(events, [E::CardCancelled(e)] if e.premise_fell)))
    .see(|g| assert_eq!(cards(g)[1].standing, CardStanding::Cancelled));
}

#[test]
fn r16_a_corrected_receipt_takes_the_ground_away_and_the_right_card_comes_on_its_own_day() {
    use om_domain::matter::event::Correction;
    let g = in_review().on("2023-06-27").passes();
    let entry = g.entry("PermitSubmitted");
    let correct = C::CorrectEntry {
        permit: p("A1"),
        entry,
        correction: Correction::ReceivedOn { old: p("2023-06-12"), new: p("2023-06-09") },
        reason: text("录入有误"),
        second_person: p("dr-2"),
    };
    // received earlier: the yellow card had good reason, and the promise has passed already
    g.by("dr-1").when(correct).see(|g| {
        assert!(g.state.premise_stands(&p("A1"), cards(g)[0], &g.calendar));
        let red = cards(g)[1];
        assert_eq!((red.colour, red.on), (Colour::Red, p("2023-06-27")));
    });
}

#[test]
fn r13_a_card_by_hand_names_its_reason_and_is_issued_once_while_open() {
    let g =
        in_review().by("supervisor").when(hand(About::Term { term: Term::Promised }, "development-reform"));
    let g = g.then(|events| {
        let [card] = issued(events)[..] else { panic!("{events:?}") };
        assert_eq!(card.basis, Basis::Hand { reason: text("推进迟缓") });
    });
    let g = g
        .when(hand(About::Term { term: Term::Promised }, "development-reform"))
        .refused_as("CardIssuedAlready");
    let g = g.when(hand(About::Handoff, "water")).refused_as("NoHandoff");
    let supplement = About::Supplement { requirement: requirement("material:seal") };
    let g = g.when(hand(supplement, "development-reform")).refused_as("NoDebt");
    let g = g.by("dr-head").when(hand(About::Permit, "water")).refused_as("NotAuthorised");
    let g = g.by("lead").when(hand(About::Permit, "government-office"));
    let g = g.when(cancel(2)).refused_as("SeparationOfDuties");
    g.by("supervisor").when(cancel(2)).then_only(&["CardCancelled"]).when(answer(7)).refused_as("NoSuchCard");
}

#[test]
fn r13_a_matter_is_not_completed_over_an_appeal() {
    let g = in_review().by("supervisor").when(hand(About::Permit, "development-reform"));
    let g = g.by("dr-1").when(appeal(1)).by("lead").when(C::CompleteMatter);
    g.refused(|refusal| {
        use om_domain::matter::MatterRefusal;
        matches!(refusal, MatterRefusal::NotFinished(open) if open.appeals == [p("A1")])
    });
}

#[test]
fn cards_have_their_own_stored_names() {
    let g = in_review().on("2023-06-28").passes();
    let names: Vec<_> =
        g.log.iter().map(|fact| fact.event.name()).filter(|name| name.starts_with("Card")).collect();
    assert_eq!(names, ["CardIssued", "CardIssued"]);
}
