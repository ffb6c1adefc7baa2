//! The permit workload: matters of 100 events, the same for every system, from a seed.
//!
//! A matter has 12 permits of 8 steps and 4 events of its own. Its permits move side by side; so do 64 matters in the
//! log. Payloads are 273 to 495 bytes of JSON, 359 on average.

use serde::{Deserialize, Serialize};

pub const PERMITS: usize = 12;
pub const STEPS: [&str; 8] = [
    "PermitSubmitted",
    "PermitAccepted",
    "MaterialsRequested",
    "DeficiencyTolerated",
    "SupplementReceived",
    "HandoffOffered",
    "PermitReviewed",
    "PermitApproved",
];
pub const OWN: [&str; 4] = ["MatterProposed", "MatterDesignated", "MatterUnderway", "MatterCompleted"];
pub const EVENTS: usize = PERMITS * STEPS.len() + OWN.len();
pub const SIDE_BY_SIDE: usize = 64;

const KINDS: [&str; PERMITS] = [
    "建设用地规划许可证",
    "用地预审与选址意见",
    "建设工程规划许可证",
    "环境影响评价批复",
    "水土保持方案审批",
    "节能审查意见",
    "施工图审查合格书",
    "消防设计审查意见",
    "人防工程设计审批",
    "建筑工程施工许可证",
    "市政设施接入核准",
    "联合竣工验收意见",
];
const DEPARTMENTS: [&str; 6] = ["自然资源局", "生态环境局", "住建局", "水务局", "发展改革局", "消防救援大队"];
const REMARK: &str = "经审查申报材料基本齐全，所缺用地权属证明由申请人书面承诺于规定期限内补正，逾期未补视为撤回；请牵头部门会同乡镇核对现场，并将复核意见抄送专班。";

/// One stored fact. `permit` is absent on the matter's own events.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Event {
    pub step: u8,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub permit: Option<u8>,
    pub kind: String,
    pub department: String,
    pub officer: String,
    pub effective: String,
    pub due: String,
    pub document: String,
    pub remark: String,
}

/// What the board needs of an event, borrowed from its bytes.
#[derive(Deserialize)]
pub struct Slim<'a> {
    pub step: u8,
    #[serde(default)]
    pub permit: Option<u8>,
    #[serde(borrow)]
    pub department: &'a str,
    #[serde(borrow)]
    pub due: &'a str,
}

impl Event {
    pub fn name(&self) -> &'static str {
        match self.permit {
            Some(_) => STEPS[self.step as usize],
            None => OWN[self.step as usize],
        }
    }

    pub fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("plain fields")
    }
}

/// The state a command is decided on.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Matter {
    pub own: u8,
    pub permits: [Permit; PERMITS],
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Permit {
    pub steps: u8,
    pub department: String,
    pub due: String,
}

#[derive(Debug)]
pub struct OutOfOrder;

impl std::fmt::Display for OutOfOrder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("this step is not next")
    }
}

impl std::error::Error for OutOfOrder {}

impl Matter {
    pub fn decide(&self, command: Event) -> Result<Event, OutOfOrder> {
        let next = match command.permit {
            Some(permit) => self.permits[permit as usize].steps,
            None => self.own,
        };
        if next == command.step { Ok(command) } else { Err(OutOfOrder) }
    }

    /// Applying an event twice changes nothing: cqrs-es does so when it takes a snapshot.
    pub fn apply(&mut self, event: &Event) {
        match event.permit {
            Some(permit) => {
                let permit = &mut self.permits[permit as usize];
                permit.steps = event.step + 1;
                permit.department.clone_from(&event.department);
                permit.due.clone_from(&event.due);
            }
            None => self.own = event.step + 1,
        }
    }
}

/// The matter loaded as the `nth`, in no order; none is loaded again, from anyone's memory, before all have been.
pub const fn visited(nth: usize, matters: usize) -> usize {
    nth * 7_919 % matters
}

/// A splitmix64 sequence: the same on every machine.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % limit
    }
}

/// `revision` counts from 0. Own events come at 0, 1, 2 and 99; between them each step of all permits, shuffled.
pub fn event(seed: u64, matter: usize, revision: usize) -> Event {
    let mut random = Random::new(seed ^ ((matter as u64) << 20) ^ revision as u64);
    let (permit, step) = match revision {
        0..=2 => (None, revision),
        r if r == EVENTS - 1 => (None, 3),
        r => {
            let (step, turn) = ((r - 3) / PERMITS, (r - 3) % PERMITS);
            (Some(((turn * 5 + step * 7 + matter) % PERMITS) as u8), step)
        }
    };
    let kind = KINDS[permit.unwrap_or(0) as usize];
    let department = DEPARTMENTS[random.below(6) as usize];
    let number = random.below(9_000) + 1_000;
    let (month, day) = (random.below(12) + 1, random.below(28) + 1);
    let mut event = Event {
        step: step as u8,
        permit,
        kind: kind.into(),
        department: department.into(),
        officer: format!("530322-{number}"),
        effective: format!("2026-{month:02}-{day:02}"),
        due: format!("2026-{month:02}-28"),
        document: format!("陆政函〔2026〕{number}号"),
        remark: String::new(),
    };
    let target = size(&mut random);
    let bare = event.to_json().len();
    let mut missing = target.saturating_sub(bare);
    for c in REMARK.chars().cycle() {
        if missing < 3 {
            break;
        }
        event.remark.push(c);
        missing -= 3;
    }
    event.remark.push_str(&"0"[..1].repeat(missing));
    event
}

fn size(random: &mut Random) -> usize {
    let (a, b) = (random.below(223), random.below(223));
    273 + if random.below(100) < 68 { a.min(b) } else { a } as usize
}

/// (matter, revision) in the order of the log: 64 matters move side by side.
pub fn log_order(matters: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..matters).step_by(SIDE_BY_SIDE).flat_map(move |first| {
        let last = (first + SIDE_BY_SIDE).min(matters);
        (0..EVENTS).flat_map(move |revision| (first..last).map(move |matter| (matter, revision)))
    })
}

pub fn matter_id(matter: usize) -> String {
    format!("530322.matter-{matter:08}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_have_the_stated_sizes() {
        let sizes: Vec<usize> =
            (0..50).flat_map(|m| (0..EVENTS).map(move |r| event(1, m, r).to_json().len())).collect();
        let mean = sizes.iter().sum::<usize>() / sizes.len();
        assert!(
            sizes.iter().all(|s| (273..=495).contains(s)),
            "{:?}",
            (sizes.iter().min(), sizes.iter().max())
        );
        assert!((356..=362).contains(&mean), "{mean}");
    }

    #[test]
    fn every_matter_is_decided_to_its_end() {
        for matter in 0..20 {
            let mut state = Matter::default();
            for revision in 0..EVENTS {
                let event = state.decide(event(1, matter, revision)).expect("in order");
                state.apply(&event);
            }
            assert_eq!(state.own, 4);
            assert!(state.permits.iter().all(|p| p.steps == 8));
        }
    }
}
