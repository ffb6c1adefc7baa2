//! `person restrict | lift | erase`: what the mutations of the same name do, where no server runs.
//!
//! Invariant: it is recorded in the name of an account that may; log and key store are held together before and after, as at a
//! server's start.
//! Deliberately absent: speaking to a running server on an embedded log, which holds the directory and knows who asks by a token
//! that this has not: the line that gives it the command is printed. On a cluster with a shared vault this runs beside the gateways.

use super::{
    Failure,
    args::person::{Erase, OnePerson, Person, PersonWhat},
    import::{administrator, is_there},
    logs, out, serve,
};
use om_domain::{
    access::Action,
    decider::Explained as _,
    ids::{CommandId, CountyId, LegalText},
    naming::Names,
    person::{PersonCommand, PersonDecider, Subject, Whose},
};
use om_infra::{
    config::ServeConfig,
    erasures::one_by_one,
    executor::{Executor, Outcome, Request},
    log::OpenError,
    platform::{DemoClock, Platform, PlatformError, PlatformOptions},
    same_person::SamePerson,
    vault::copied,
};

mod beside;

/// Carries one command out.
pub(super) async fn run(args: Person) -> Result<(), Failure> {
    let (one, asked) = match args.what {
        PersonWhat::Restrict(one) => (one, Asked::Restrict),
        PersonWhat::Lift(one) => (one, Asked::Lift),
        PersonWhat::Erase(Erase { basis, one }) => (one, Asked::Erase { basis }),
    };
    is_there(&one.data, &one.log)?;
    // what no record takes is said before anything is opened
    one.reason.parse::<LegalText>()?;
    let platform = open(&one, &asked).await?;
    out::line(platform.closed_after(carried_out(&platform, &one, asked)).await?)
}

/// What is asked.
enum Asked {
    Restrict,
    Lift,
    Erase { basis: String },
}

async fn open(one: &OnePerson, asked: &Asked) -> Result<Platform, Failure> {
    let (data, vault, vault_ca) = (one.data.clone(), one.vault.clone(), one.vault_ca.clone());
    let at =
        ServeConfig { data, vault, vault_ca, vault_key: one.vault_key.clone(), ..ServeConfig::default() };
    if at.vault.is_none() {
        copied::master_is_there(&one.data, one.vault_key.as_deref())?;
    }
    let options = PlatformOptions {
        demo: DemoClock::read(&one.data)?.is_some(),
        log: logs::opened(&one.log).await?,
        vault: serve::shared_vault(&at).await?,
        vault_key: one.vault_key.clone(),
        ..PlatformOptions::default()
    };
    Platform::open(&one.data, options).map_err(|error| match error {
        PlatformError::Log(error @ OpenError::InUse { .. }) => {
            Failure::new(error.to_string(), beside::line(one, asked.mutation()))
        }
        other => other.into(),
    })
}

impl Asked {
    /// The mutation that does the same, the name of its input, and the provision if it takes one.
    fn mutation(&self) -> (&'static str, &'static str, Option<&str>) {
        match self {
            Asked::Restrict => ("restrictPerson", "RestrictPersonInput", None),
            Asked::Lift => ("liftPersonRestriction", "RestrictPersonInput", None),
            Asked::Erase { basis } => ("erasePerson", "ErasePersonInput", Some(basis.as_str())),
        }
    }
}

async fn carried_out(platform: &Platform, one: &OnePerson, asked: Asked) -> Result<String, Failure> {
    platform.reapply_erasures().await?;
    let county: CountyId = one.county.parse()?;
    let subject = subject(platform, &county, &one.subject).await?;
    let by = administrator(platform, &county, &one.by, Action::KeepPersons).await?;
    let same = SamePerson::read(&county, (&platform.registers, &*platform.vault)).await?;
    let person = same.of(&subject);
    let whose = Whose { person: person.clone(), own: same.of(&Subject::Officer(by.officer.clone())) };
    let reason = one.reason.parse()?;
    let command = match asked {
        Asked::Restrict => PersonCommand::Restrict { whose, reason },
        Asked::Lift => PersonCommand::LiftRestriction { whose, reason },
        Asked::Erase { basis } => PersonCommand::Erase { whose, reason, basis: basis.parse()? },
    };
    let (mut done, mut refused) = (0_usize, None);
    for (id, subject) in one_by_one(CommandId(uuid::Uuid::new_v4()), &subject, &person) {
        let stream = Executor::<PersonDecider>::stream(&county, &subject)?;
        match platform.persons.execute(Request::new(stream, id, by.clone(), command.clone())).await? {
            Outcome::Done(_) => done += 1,
            Outcome::NoChange(_) => {}
            // of one that was erased before there is nothing to restrict, and the others are not the less to be
            Outcome::Refused { refusal, .. } => refused = refused.or(Some(refusal)),
            Outcome::Conflict(_) | Outcome::CommandIdReused { .. } => {
                return Err(Failure::new(
                    "somebody else acted on this person at the same moment",
                    "try again",
                ));
            }
        }
    }
    platform.reapply_erasures().await?;
    match (done, refused) {
        (0, Some(refusal)) => {
            let directory = platform.registers.directory(&county).await?.state;
            let names = Names::of_directory(&directory);
            Err(Failure::new(refusal.message_zh(&names), refusal.message_en(&names)))
        }
        (0, None) => Ok(format!("{}: already so", one.subject)),
        (1, _) => Ok(format!("{}: done, and recorded", one.subject)),
        (more, _) => Ok(format!(
            "{}: done, and recorded, with {more} accounts and texts of this person in all",
            one.subject
        )),
    }
}

async fn subject(platform: &Platform, county: &CountyId, text: &str) -> Result<Subject, Failure> {
    if let Some(officer) = text.strip_prefix("officer:") {
        let officer = officer.parse()?;
        if platform.registers.directory(county).await?.state.known(&officer).is_none() {
            return Err(Failure::new(
                format!("the directory of county {county} has no account {officer}"),
                "check it; `directory` in the API lists the accounts",
            ));
        }
        return Ok(Subject::Officer(officer));
    }
    let kept = platform.vault.look(county, &text.parse()?).await?;
    kept.map(|kept| kept.subject).ok_or_else(|| {
        Failure::new(
            format!("the vault of county {county} knows no text {text}"),
            "take the reference from the matter, or say officer:… for an account",
        )
    })
}
