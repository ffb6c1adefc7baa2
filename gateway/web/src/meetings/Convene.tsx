// Convening a joint meeting (召集联席会议), from a matter or from the list.
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { convenes, useDirectory } from "../app/session";
import { CommandForm } from "../commands/CommandForm";
import { bare } from "../ui/words";

/** Shown to whom the server lets convene. */
export function Convene({
  matters,
  today,
  initial,
}: {
  matters: { id: string; name: string }[];
  today: string;
  initial?: Record<string, unknown>;
}) {
  const { t } = useTranslation();
  const { me } = useDirectory();
  const go = useNavigate();
  const [open, setOpen] = useState(false);
  if (!convenes(me)) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("meeting.convene")}</Button>
      {open ? (
        <CommandForm
          target={{ command: "conveneMeeting", initial: { chair: me?.officer, ...initial } }}
          choices={{ matters, today }}
          close={() => setOpen(false)}
          done={(answer) => {
            setOpen(false);
            if (answer?.meeting) void go(`/meetings/${bare(answer.meeting)}`);
          }}
        />
      ) : null}
    </>
  );
}
