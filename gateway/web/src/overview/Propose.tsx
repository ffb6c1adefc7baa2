// Proposing a matter (提出一件事项目), for whom the server lets.
import { Button } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useDirectory } from "../app/session";
import { CommandForm } from "../commands/CommandForm";
import { commandName } from "../commands/words";
import { bare } from "../ui/words";

export default function Propose({ today }: { today: string }) {
  const { i18n } = useTranslation();
  const { me } = useDirectory();
  const go = useNavigate();
  const [open, setOpen] = useState(false);
  if (!me?.can.some(({ name, allowed }) => name === "proposeMatter" && allowed)) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{commandName("proposeMatter", i18n.language === "en")}</Button>
      {open ? (
        <CommandForm
          target={{ command: "proposeMatter" }}
          choices={{ today }}
          close={() => setOpen(false)}
          done={(answer) => {
            setOpen(false);
            if (answer?.matter) void go(`/matter/${bare(answer.matter)}`);
          }}
        />
      ) : null}
    </>
  );
}
