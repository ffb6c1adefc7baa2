// The joint meetings of a matter, beside its acts: which there are, and convening the next.
import { Flex, Tag } from "antd";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import type { Matter } from "../matter/query";
import { bare, beijingDay } from "../ui/words";
import { Convene } from "./Convene";

export function MeetingsOf({ matter }: { matter: Matter }) {
  const { t } = useTranslation();
  const name = matter.project?.name ?? "";
  const open = matter.tasks.filter((task) => task.state !== "DONE");
  const late = open.filter((task) => task.overdue).length;
  // whose move it is on what is not done yet
  const leads = [...new Set(matter.permits.filter((permit) => permit.status !== "ISSUED").map((permit) => permit.lead))];
  return (
    <Flex gap={12} wrap align="center" style={{ marginTop: 8 }}>
      <Convene
        matters={[{ id: matter.id, name }]}
        today={beijingDay(matter.asOf)}
        initial={{ title: t("meeting.titleOf", { name }), matters: [matter.id], bodies: leads }}
      />
      {matter.meetings.slice(0, 3).map((meeting) => (
        <span key={meeting.id} className="om-under">
          <Link to={`/meetings/${bare(meeting.id)}`}>
            {meeting.on} {meeting.title}
          </Link>{" "}
          <Tag>{t(`meeting.phase.${meeting.phase}`)}</Tag>
        </span>
      ))}
      {open.length ? (
        <Link to={`/meetings?tab=tasks&matter=${bare(matter.id)}`} className={late ? "om-late" : undefined}>
          {t("meeting.openTasks", { count: open.length })}
          {late ? `，${t("meeting.lateTasks", { count: late })}` : ""}
        </Link>
      ) : null}
    </Flex>
  );
}
