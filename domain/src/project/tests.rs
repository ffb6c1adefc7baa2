use super::*;
use crate::{
    decider::Explained,
    given::{Given, actor, administrator, id, platform},
};

fn matter(number: u8) -> MatterId {
    id(&format!("matter:01J0000000000000000000000{}", char::from(b'A' + number)))
}

fn reserve(number: u8) -> ProjectCommand {
    ProjectCommand::ReserveProjectCode { matter: matter(number) }
}

fn release(number: u8) -> ProjectCommand {
    ProjectCommand::ReleaseProjectCode { matter: matter(number), reason: id("事项终止") }
}

fn lead() -> crate::decider::Actor {
    actor("lead", "county-government", &[Role::Lead])
}

#[test]
fn a_code_belongs_to_one_matter_which_the_refusal_does_not_name() {
    let mut given = Given::<ProjectDecider>::nothing().by(lead()).does(&reserve(0));
    assert_eq!(given.when(&reserve(0)), Ok(vec![]));
    let refusal = given.when(&reserve(1)).unwrap_err();
    assert_eq!(refusal, ProjectRefusal::CodeTaken);
    let said = refusal.message_en(&Default::default());
    assert!(!said.contains(&matter(0).to_string()), "who guesses codes is told of no matter: {said}");
    assert_eq!(refusal.source().as_deref(), Some("政府投资条例 10"));
}

#[test]
fn a_code_given_back_is_free_for_another_matter() {
    let mut given = Given::<ProjectDecider>::nothing().event(ProjectCodeReserved { matter: matter(0) });
    assert_eq!(given.when(&release(1)), Err(ProjectRefusal::CodeTaken));
    let mut given = given.does(&release(0));
    assert_eq!(given.when(&release(0)), Ok(vec![]));
    assert_eq!(given.does(&reserve(1)).state, Project::Held(matter(1)));
}

#[test]
fn a_lead_takes_no_code_back_and_an_auditor_does_nothing() {
    let mut given = Given::<ProjectDecider>::nothing().does(&reserve(0)).by(lead());
    assert_eq!(given.when(&release(0)).unwrap_err().code(), "NotAdministrator");
    let mut given = given.by(actor("auditor", "audit", &[Role::Auditor]));
    assert_eq!(given.when(&reserve(0)).unwrap_err().code(), "AuditorActs");
}

#[test]
fn any_history_folds_and_any_accepted_command_repeats_in_silence() {
    use proptest::prelude::{ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest};
    let command = prop_oneof![(0u8..3).prop_map(reserve), (0u8..3).prop_map(release)];
    let step = (command, 0usize..3);
    proptest!(ProptestConfig::with_cases(64), |(steps in proptest::collection::vec(step, 0..20))| {
        let mut given = Given::<ProjectDecider>::nothing();
        for (command, who) in steps {
            given = given.by([platform(), lead(), administrator()][who].clone());
            prop_assert!(given.repeats(&command));
        }
        prop_assert_eq!(given.refolded(), given.state);
    });
}
