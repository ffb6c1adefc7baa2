//! Where a matter is in its life, and how people call it.

/// Where the matter is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Nothing is recorded.
    #[default]
    Unknown,
    /// Proposed.
    Proposed,
    /// Designated a one-matter project, with a task force.
    Designated,
    /// Underway.
    Underway,
    /// Suspended; statutory clocks run on.
    Suspended,
    /// Completed.
    Completed,
    /// Given up.
    Terminated,
}

impl Phase {
    /// In words.
    pub fn name_zh(self) -> &'static str {
        match self {
            Phase::Unknown => "未登记",
            Phase::Proposed => "已提出",
            Phase::Designated => "已确定",
            Phase::Underway => "推进中",
            Phase::Suspended => "暂停",
            Phase::Completed => "已办结",
            Phase::Terminated => "已终止",
        }
    }

    /// In words.
    pub fn name_en(self) -> &'static str {
        match self {
            Phase::Unknown => "not recorded",
            Phase::Proposed => "proposed",
            Phase::Designated => "designated",
            Phase::Underway => "underway",
            Phase::Suspended => "suspended",
            Phase::Completed => "completed",
            Phase::Terminated => "terminated",
        }
    }
}
