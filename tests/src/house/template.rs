//! A small template with one permit for each thing a story needs, and round figures to count by hand.

/// W water, L land, E ecology, J joint handling, C construction, F filing.
pub const STORY: &str = r#"
id = "story"
name = "讲述用模板"
kind = "市政道路"
promise_list = "承诺清单"

[[permit]]
code = "W"
name = "取水许可"
stage = "project_and_land"
lead = "water"
nature = "permit"
basis = "水法 48"
statutory = { value = 20, unit = "working_days", source = "行政许可法 42" }
extension = { value = 10, unit = "working_days", source = "行政许可法 42" }
promised = { value = 10, unit = "working_days" }
certificate = true
issue_first_listed = true
excluded = [
  { ground = "expert_review", expected_working_days = 10, max = { value = 30, unit = "working_days", source = "县评审规程" } },
]
materials = [
  { code = "form", name = "申请书", before = "accept" },
  { code = "seal", name = "盖章件", before = "accept", modes = ["receive_only", "accept"] },
  { code = "proof", name = "证明", before = "decide", modes = ["commitment"] },
  { code = "photo", name = "照片", before = "issue", modes = ["issue_first", "commitment"] },
]

[[permit]]
code = "L"
name = "用地许可"
stage = "project_and_land"
lead = "natural-resources"
nature = "permit"
basis = "土地管理法 52"
statutory = { value = 20, unit = "working_days", source = "行政许可法 42" }
promised = { value = 5, unit = "working_days" }
certificate = true
needs = [
  { permit = "W", before = "accept", modes = ["pre_review"] },
]

[[permit]]
code = "E"
name = "环评"
stage = "project_and_land"
lead = "ecology"
nature = "permit"
basis = "环境影响评价法 22"
sensitive = "ecology"
statutory = { value = 30, unit = "calendar_days", source = "环境影响评价法 22" }
promised = { value = 10, unit = "working_days" }
materials = [
  { code = "eia", name = "报告表", before = "accept", statutory = true },
  { code = "letter", name = "说明", before = "decide" },
]

[[permit]]
code = "J"
name = "联合审查"
stage = "construction"
lead = "development-reform"
nature = "review"
handling = "joint"
basis = "行政许可法 26"
statutory = { value = 45, unit = "working_days", source = "行政许可法 42" }
extension = { value = 15, unit = "working_days", source = "行政许可法 42" }

[[permit]]
code = "C"
name = "施工许可"
stage = "works"
lead = "housing-construction"
nature = "permit"
basis = "建筑法 8"
statutory = { value = 7, unit = "calendar_days", source = "建筑法 8" }
certificate = true
site_check = true
sensitive = "public_safety"
needs = [
  { permit = "W", before = "issue", reaches = "issued", statutory = true },
]
materials = [
  { code = "deed", name = "权属证明", before = "issue", statutory = true },
]

[[permit]]
code = "F"
name = "竣工备案"
stage = "completion"
lead = "housing-construction"
nature = "filing"
basis = "建设工程质量管理条例 49"
statutory = { value = 15, unit = "calendar_days", source = "建设工程质量管理条例 49" }
needs = [
  { milestone = "works-completed", before = "accept" },
]

[[milestone]]
code = "works-completed"
name = "工程完工"
after_permits = ["C"]
expected = { value = 30, unit = "calendar_days" }
"#;
