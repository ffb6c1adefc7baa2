//! The joint meeting of the demo: one on the road and the school, with its tasks, of which one is done and one is late.
//!
//! Invariant: it is played by the same commands as anybody's.
//! Deliberately absent: press reports; it is made up.

use super::script::{Script, fixed, matter};
use om_domain::meeting::MeetingCommand as M;

/// By what the demo's scripts call it.
pub(super) const NAME: &str = "joint-1";

/// Its acts, on the last days of August.
pub(super) fn hold(s: &mut Script, road: &str, school: &str) {
    let (road, school) = (matter(road), matter(school));
    let bodies = ["water", "natural-resources", "housing-construction", "tongle", "zhongshu"];
    s.on("2023-08-25 10:00", "lead").meet(M::ConveneMeeting {
        title: fixed("南片区道路与城南新区小学专班联席会议"),
        on: fixed("2023-08-28"),
        place: fixed("县政府二楼会议室"),
        chair: fixed("lead"),
        matters: [road, school].into(),
        bodies: bodies.into_iter().map(fixed).collect(),
        agenda: vec![fixed("小学水土保持方案逾期"), fixed("道路施工许可所需征迁证明")],
    });
    s.on("2023-08-28 10:00", "lead")
        .meet(M::RecordResolution {
            matter: school, text: fixed("水务局于9月1日前对水土保持方案作出决定")
        })
        .meet(M::RecordResolution {
            matter: road, text: fixed("同乐街道于8月31日前提供征迁进展证明")
        });
    let assign = |text: &str, of, resolution, owner: &str, limit: &str| M::AssignTask {
        text: fixed(text),
        matter: Some(of),
        resolution: Some(resolution),
        owner: fixed(owner),
        limit: fixed(limit),
    };
    s.meet(assign("对水土保持方案作出决定", school, 1, "water", "2023-09-01")).meet(assign(
        "提供征迁进展证明",
        road,
        2,
        "tongle",
        "2023-08-31",
    ));
    s.on("2023-08-28 15:00", "wa-head").meet(M::ClaimTask { number: 1, due: fixed("2023-08-31") });
    s.on("2023-08-28 16:00", "township").meet(M::ClaimTask { number: 2, due: fixed("2023-08-30") });
    let report =
        |number, progress: &str, finished| M::ReportTask { number, progress: fixed(progress), finished };
    s.on("2023-08-30 09:00", "wa-officer-1").meet(report(1, "专家意见已收齐，正在核稿", false));
    s.on("2023-08-30 17:00", "township").meet(report(2, "征迁进展证明已送窗口", true));
    s.on("2023-08-31 09:30", "deputy").meet(M::ConfirmTask { number: 2 });
    s.on("2023-08-31 17:00", "lead").meet(M::CloseMeeting { minutes: fixed("陆专纪〔2023〕8号") });
}
