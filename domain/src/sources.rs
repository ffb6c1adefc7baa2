//! Sources that are no law: what this platform or the county sets itself, said as such.
//!
//! Invariant: none of them looks like an article of law.
//! Deliberately absent: law; a refusal cites its article itself.

/// The order in which a matter and its permits are worked on.
pub const ORDER: &str = "本平台规则：办理顺序";
/// What the matter's plan has, and how it changes.
pub const PLAN: &str = "本平台规则：审批计划";
/// Who must stand in the county's directory, and what must stand in its registers.
pub const REGISTER: &str = "本平台规则：目录与登记";
/// How facts are recorded and corrected.
pub const RECORD: &str = "本平台规则：记录与更正";
/// How the date of a milestone changes.
pub const DATES: &str = "本平台规则：节点日期变更（参照 42 USC 4370m-2(c)(2)(D)）";
/// What a joint meeting may do, and how its tasks are kept.
pub const MEETING: &str = "本平台规则：联席会议（会议不行使许可权）";
/// Custody is always with exactly one body.
pub const HANDOFF: &str = "本平台规则：移交（保管部门始终只有一个）";
/// Cards: how they are issued, answered, appealed against and cleared.
pub const SUPERVISION: &str = "本平台规则：督办（红黄牌）";
/// How a department is asked for its opinion, and until when, where no plan says it.
pub const OPINION: &str = "本平台规则：征求意见（来函所定期限）";
/// What a county sets for itself, and from when.
pub const SETTINGS: &str = "本县设置（督办、补录与考核）";
/// Who may do what, and who must stand back.
pub const DUTIES: &str = "本平台规则：岗位职责与分离";
/// What may be tolerated, until when, and what follows.
pub const TOLERANCE: &str = "县容缺清单及本平台规则";
