// Proposing a matter (提出一件事项目), for whom the server lets.
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { useDirectory } from "../app/session";
import { bare } from "../ui/words";

// a form is more than the first page needs: it comes when it is asked for
const CommandForm = lazy(() => import("../commands/CommandForm").then(({ CommandForm }) => ({ default: CommandForm })));

export function Propose({ today }: { today: string }) {
  const { t } = useTranslation();
  const { me } = useDirectory();
  const go = useNavigate();
  const [open, setOpen] = useState(false);
  if (!me?.can.some(({ name, allowed }) => name === "proposeMatter" && allowed)) return null;
  return (
    <>
      <Button onClick={() => setOpen(true)}>{t("overview.propose")}</Button>
      {open ? (
        <Suspense fallback={null}>
          <CommandForm
            target={{ command: "proposeMatter" }}
            choices={{ today }}
            close={() => setOpen(false)}
            done={(answer) => {
              setOpen(false);
              if (answer?.matter) void go(`/matter/${bare(answer.matter)}`);
            }}
          />
        </Suspense>
      ) : null}
    </>
  );
}
