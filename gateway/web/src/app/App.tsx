// Routes: one screen each, loaded when it is first opened.
import { ConfigProvider, App as Messages, Skeleton } from "antd";
import enUS from "antd/locale/en_US";
import zhCN from "antd/locale/zh_CN";
import dayjs from "dayjs";
import "dayjs/locale/zh-cn";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { BrowserRouter, Navigate, Route, Routes } from "react-router";
import { Broken } from "../ui/Broken";
import "../ui/pickers";
import { theme } from "../ui/theme";
import { looks, SessionRoot, useDirectory } from "./session";
import { Shell } from "./Shell";
import { SignIn } from "./SignIn";

const Overview = lazy(() => import("../overview/Overview"));
const MatterPage = lazy(() => import("../matter/MatterPage"));
const ReplayPage = lazy(() => import("../replay/Replay"));
const Desk = lazy(() => import("../desk/Desk"));
const Tolerances = lazy(() => import("../tolerances/TolerancesAndCards"));
const Meetings = lazy(() => import("../meetings/Meetings"));
const MeetingPage = lazy(() => import("../meetings/MeetingPage"));
const Briefing = lazy(() => import("../briefing/Briefing"));
const SearchPage = lazy(() => import("../search/SearchPage"));
const PerformancePage = lazy(() => import("../performance/PerformancePage"));
const TownshipDesk = lazy(() => import("../township/TownshipDesk"));
const Mine = lazy(() => import("../me/Mine"));
const Operations = lazy(() => import("../operations/Operations"));
const Persons = lazy(() => import("../persons/Persons"));
const PersonPage = lazy(() => import("../persons/PersonPage"));

/** Who looks at no matter begins at what they keep. */
function First() {
  const { me } = useDirectory();
  if (!me) return <Skeleton active paragraph={{ rows: 8 }} />;
  return looks(me) ? <Overview /> : <Navigate to="/operations" replace />;
}

export function App() {
  const { i18n } = useTranslation();
  const english = i18n.language === "en";
  dayjs.locale(english ? "en" : "zh-cn");
  return (
    <ConfigProvider locale={english ? enUS : zhCN} theme={theme} button={{ autoInsertSpace: false }}>
      <Messages>
        <Broken>
          <BrowserRouter>
            <SessionRoot signIn={(use, over) => <SignIn use={use} over={over} />}>
              <Shell>
                <Suspense fallback={<Skeleton active paragraph={{ rows: 8 }} />}>
                  <Routes>
                    <Route path="/" element={<First />} />
                    <Route path="/matter/:id" element={<MatterPage />} />
                    <Route path="/matter/:id/replay" element={<ReplayPage />} />
                    <Route path="/desk" element={<Desk />} />
                    <Route path="/tolerances" element={<Tolerances />} />
                    <Route path="/meetings" element={<Meetings />} />
                    <Route path="/meetings/:id" element={<MeetingPage />} />
                    <Route path="/briefing" element={<Briefing />} />
                    <Route path="/search" element={<SearchPage />} />
                    <Route path="/performance" element={<PerformancePage />} />
                    <Route path="/township" element={<TownshipDesk />} />
                    <Route path="/mine" element={<Mine />} />
                    <Route path="/operations" element={<Operations />} />
                    <Route path="/persons" element={<Persons />} />
                    <Route path="/persons/:id" element={<PersonPage />} />
                    <Route path="*" element={<Navigate to="/" replace />} />
                  </Routes>
                </Suspense>
              </Shell>
            </SessionRoot>
          </BrowserRouter>
        </Broken>
      </Messages>
    </ConfigProvider>
  );
}
