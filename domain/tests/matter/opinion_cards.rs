//! Cards on opinions (R13): against the department asked, yellow before its last day, red after, and what comes of them.

use super::given::*;
use om_domain::{
    matter::{
        MatterCommand as C, MatterEvent as E,
        card::{About, Basis, Card, CardStanding, Colour, Subject},
        command::OpinionTerm,
        opinion::Opinion,
    },
    settings::{CountySettings, Values},
};

/// A6, handled jointly by housing; land and water asked on Monday the 12th, three working days: until Thursday the 15th.
/// Silence counts as agreement.
fn joint() -> Given {
    given(wide_plan())
        .carded()
        .on("2023-06-12")
        .by("window")
        .when(submit("A6", &["form", "seal"]))
        .by("housing-1")
        .when(accept("A6", "2023-06-12"))
        .when(ask("A6", &[]))
}

/// A7, whose plan says nothing of opinions; water asked on Monday the 12th until a day that is told. Silence counts as
/// nothing.
fn told(until: &str) -> Given {
    given(wide_plan())
        .carded()
        .on("2023-06-12")
        .by("window")
        .when(submit("A7", &["form", "map"]))
        .by("dr-1")
        .when(accept("A7", "2023-06-12"))
        .when(ask_until("A7", &["water"], Some(OpinionTerm::By(p(until)))))
}

fn of<'g>(g: &'g Given, code: &str, body: &str) -> Vec<&'g Card> {
    let about =
        |card: &&Card| matches!(&card.subject, Subject::Opinion { body: of, .. } if of.as_str() == body);
    g.permit(code).cards.values().filter(about).collect()
}

fn shown(g: &Given, code: &str, body: &str) -> Vec<(Colour, String)> {
    of(g, code, body).into_iter().map(|card| (card.colour, card.on.to_string())).collect()
}

fn stands(g: &Given, code: &str, card: &Card) -> bool {
    g.state.premise_stands(&p(code), card, &g.calendar)
}

fn on_card(code: &str, card: u16, kind: &str) -> C {
    let (permit, words) = (p(code), text("经核实"));
    match kind {
        "answer" => C::AnswerCard { permit, card, answer: words },
        "appeal" => C::AppealCard { permit, card, reasons: words },
        "clear" => C::ClearCard { permit, card, reason: words },
        _ => C::CancelCard { permit, card, reasons: words },
    }
}

#[test]
fn r13_a_department_asked_has_a_yellow_card_on_its_last_day_and_a_red_one_after_it_once_each() {
    let g = joint().on("2023-06-14").passes().see(|g| assert!(of(g, "A6", "water").is_empty()));
    let g = g.on("2023-06-15").passes().see(|g| {
        let [yellow] = of(g, "A6", "water")[..] else { panic!("{:?}", shown(g, "A6", "water")) };
        assert_eq!(
            (yellow.colour, yellow.on, yellow.against.as_str()),
            (Colour::Yellow, p("2023-06-15"), "water")
        );
        let Basis::Rule { evidence, thresholds, settings } = &yellow.basis else { panic!("{yellow:?}") };
        assert_eq!((evidence.used, evidence.left, evidence.total), (2, 1, 3));
        assert_eq!((evidence.as_of, evidence.due), (p("2023-06-14"), p("2023-06-15")));
        assert_eq!((thresholds.left_days, settings.revision), (1, None));
        assert_eq!(evidence.limit.source, "联审规程 4", "the plan's own term");
    });
    let g = g.on("2023-06-20").passes().passes();
    g.see(|g| {
        for body in ["water", "natural-resources"] {
            let expected =
                [(Colour::Yellow, "2023-06-15".to_owned()), (Colour::Red, "2023-06-16".to_owned())];
            assert_eq!(shown(g, "A6", body), expected, "{body}");
        }
        // the opinion counts as the plan says all the same
        assert_eq!(g.count("OpinionOverdue"), 2);
    });
}

#[test]
fn r13_who_answers_in_time_is_not_carded_and_the_other_is() {
    let g = joint().on("2023-06-14").by("water-1").when(opine("A6", "water", Opinion::Agree));
    g.on("2023-06-19").passes().see(|g| {
        assert!(of(g, "A6", "water").is_empty());
        assert_eq!(of(g, "A6", "natural-resources").len(), 2);
    });
}

#[test]
fn r13_a_told_day_is_carded_by_the_working_days_to_it() {
    // Monday the 12th to Monday the 19th: four of five working days are used at the end of Friday the 16th
    let g = told("2023-06-19");
    let soon = |g: &Given| g.state.opinion_yellow_on(&p("A7"), &p("water"), &g.calendar, &g.settings);
    let g = g.see(|g| assert_eq!(soon(g), day("2023-06-17")));
    let g = g.on("2023-06-17").passes().see(|g| assert_eq!(soon(g), None, "it has come"));
    g.on("2023-06-20").passes().see(|g| {
        let expected = [(Colour::Yellow, "2023-06-17".to_owned()), (Colour::Red, "2023-06-20".to_owned())];
        assert_eq!(shown(g, "A7", "water"), expected);
    });
}

#[test]
fn r13_a_late_opinion_leaves_the_card_and_lets_it_be_cleared() {
    let g = told("2023-06-14").on("2023-06-16").passes();
    let g = g.by("lead").when(on_card("A7", 2, "clear")).refused_as("StillOverdue");
    let g = g.by("dr-1").when(on_card("A7", 2, "answer")).refused_as("NotAuthorised");
    let g = g.by("water-1").when(on_card("A7", 2, "answer")).then_only(&["CardAnswered"]);
    let g = g.when(opine("A7", "water", Opinion::Agree));
    g.see(|g| assert!(of(g, "A7", "water").iter().all(|card| stands(g, "A7", card))))
        .by("lead")
        .when(on_card("A7", 2, "cancel"))
        .refused_as("PremiseStands")
        .when(on_card("A7", 2, "clear"))
        .then_only(&["CardCleared"])
        .see(|g| assert_eq!(of(g, "A7", "water")[1].standing, CardStanding::Cleared));
}

#[test]
fn r13_silence_that_counts_as_agreement_leaves_nothing_to_wait_for() {
    let g = joint().on("2023-06-16").passes();
    let red = of(&g, "A6", "water").iter().find(|card| card.colour == Colour::Red).map(|card| card.number);
    let red = red.unwrap();
    let g = g.by("water-1").when(on_card("A6", red, "appeal")).then_only(&["CardAppealed"]);
    let g = g.by("supervisor").when(on_card("A6", red, "clear")).refused_as("WrongCardStep");
    let upheld = C::DecideAppeal { permit: p("A6"), card: red, upheld: true, reasons: text("逾期属实") };
    g.when(upheld).then_only(&["CardUpheld"]).when(on_card("A6", red, "clear")).then_only(&["CardCleared"]);
}

#[test]
fn r16_an_opinion_given_in_time_and_recorded_late_takes_the_ground_away() {
    let g = told("2023-06-14").on("2023-06-16").passes();
    let g = g.by("water-1").effective("2023-06-13").when(opine("A7", "water", Opinion::Agree));
    g.see(|g| {
        assert_eq!(shown(g, "A7", "water").len(), 2, "what was stated stays");
        assert!(of(g, "A7", "water").iter().all(|card| !stands(g, "A7", card)));
    })
    .by("lead")
    .when(on_card("A7", 2, "cancel"))
    .then(|events| assert!(matches!(events, [E::CardCancelled(e)] if e.premise_fell)));
}

#[test]
fn r13_a_request_withdrawn_after_the_last_day_leaves_the_card_and_before_it_brings_none() {
    let late = told("2023-06-14").on("2023-06-16").by("dr-1").when(unask("A7", "water"));
    let late = late.see(|g| assert!(of(g, "A7", "water").iter().all(|card| stands(g, "A7", card))));
    late.by("lead").when(on_card("A7", 2, "clear")).then_only(&["CardCleared"]);
    let early = told("2023-06-14").on("2023-06-13").by("dr-1").when(unask("A7", "water"));
    early.on("2023-06-20").passes().see(|g| assert!(of(g, "A7", "water").is_empty()));
    // asked again, it is another opinion, with cards of its own
    let again = ask_until("A7", &["water"], Some(OpinionTerm::By(p("2023-06-20"))));
    let g = told("2023-06-14").on("2023-06-16").by("dr-1").when(unask("A7", "water")).when(again);
    g.on("2023-06-21").passes().see(|g| {
        let days: Vec<_> = shown(g, "A7", "water").into_iter().map(|(_, on)| on).collect();
        assert_eq!(days, ["2023-06-14", "2023-06-15", "2023-06-20", "2023-06-21"]);
    });
}

#[test]
fn r13_a_decision_ends_what_was_owed() {
    let g = joint().on("2023-06-13").by("housing-2").when(deny("A6", "2023-06-13"));
    g.on("2023-06-20").passes().see(|g| assert!(of(g, "A6", "water").is_empty()));
    let g = joint().on("2023-06-16").by("housing-2").when(approve("A6", "2023-06-16"));
    let red = of(&g, "A6", "water").iter().find(|card| card.colour == Colour::Red).unwrap().number;
    g.by("lead").when(on_card("A6", red, "clear")).then_only(&["CardCleared"]);
}

#[test]
fn r13_by_hand_a_card_on_an_opinion_is_against_whom_was_asked() {
    let hand = |against: &str| C::IssueCard {
        permit: p("A7"),
        colour: Colour::Red,
        about: About::Opinion,
        against: p(against),
        reason: text("催办两次仍未回复"),
    };
    let g = told("2023-06-30").on("2023-06-14").by("supervisor");
    let g = g.when(hand("natural-resources")).refused_as("NotAsked");
    g.when(hand("water"))
        .then_only(&["CardIssued"])
        .when(hand("water"))
        .refused_as("CardIssuedAlready")
        .see(|g| {
            let card = of(g, "A7", "water")[0];
            assert!(!card.is_by_rule() && stands(g, "A7", card));
            let subject = Subject::Opinion { round: 1, body: p("water"), asked_on: p("2023-06-12") };
            assert_eq!(card.subject, subject);
        })
        .by("lead")
        .when(on_card("A7", 1, "clear"))
        .refused_as("StillOverdue");
}

#[test]
fn r13_a_county_sets_cards_on_opinions_apart() {
    let off = Values { opinion_cards_by_rule: false, ..Values::default() };
    let mut g = told("2023-06-14");
    g.settings = CountySettings::always(off);
    g.on("2023-06-20").passes().see(|g| {
        assert!(of(g, "A7", "water").is_empty());
        assert_eq!(g.count("OpinionOverdue"), 1);
    });
    // three working days left of five: at the end of Wednesday the 14th
    let early = Values { opinion_yellow_left_days: 3, ..Values::default() };
    let mut g = told("2023-06-19");
    g.settings = CountySettings::always(early);
    g.on("2023-06-19").passes().see(|g| {
        assert_eq!(shown(g, "A7", "water"), [(Colour::Yellow, "2023-06-15".to_owned())]);
    });
}
