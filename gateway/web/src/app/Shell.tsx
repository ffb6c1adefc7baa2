// The frame of every screen: where one can go, who one is, whether changes arrive.
import { LogoutOutlined, MenuOutlined, QuestionCircleOutlined, SearchOutlined, UserOutlined } from "@ant-design/icons";
import { Button, Dropdown, Grid, Layout, Menu, Modal, Segmented, Tooltip } from "antd";
import { type ReactNode, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLocation, useNavigate } from "react-router";
import { type Language, speak } from "../i18n";
import { looks, useDirectory, useLive, useSigned } from "./session";
import { menuOf, PLACES } from "./places";
import { Find } from "../search/Find";
import { KEYS, useGoKeys } from "./keys";

export function Shell({ children }: { children: ReactNode }) {
  const { t, i18n } = useTranslation();
  const go = useNavigate();
  const { pathname } = useLocation();
  const { session, signOut } = useSigned();
  const { me, bodyName, officerName } = useDirectory();
  const wide = Grid.useBreakpoint().md ?? true;
  const [help, setHelp] = useState(false);
  useGoKeys(
    (place) => void go(place.path),
    () => setHelp(true),
    () => void go("/search"),
  );
  const here = PLACES.find((place) => place.path !== "/" && pathname.startsWith(place.path)) ?? PLACES[0];
  useEffect(() => {
    document.title = `${t(`place.${here.key}`)} · ${t("name")}`;
  }, [here, pathname, t]);

  const places = menuOf(me).map((place) => ({ key: place.key, label: t(`place.${place.key}`) }));
  const goTo = (key: string) => {
    const place = PLACES.find((candidate) => candidate.key === key);
    if (place) void go(place.path);
  };
  const person = me ? `${bodyName(me.body)} · ${officerName(me.officer)}` : session.account;
  return (
    <Layout style={{ minHeight: "100vh" }}>
      <a className="om-skip" href="#content">
        {t("skip")}
      </a>
      <Layout.Header className="om-header">
        {wide ? <span className="om-brand">{t("name")}</span> : null}
        {wide ? (
          <Menu
            theme="dark"
            mode="horizontal"
            selectedKeys={[here.key]}
            items={places}
            onClick={({ key }) => goTo(key)}
            style={{ flex: 1, minWidth: 0 }}
          />
        ) : (
          <>
            <Dropdown
              trigger={["click"]}
              menu={{ items: places, selectable: true, selectedKeys: [here.key], onClick: ({ key }) => goTo(key) }}
            >
              <Button type="text" className="om-on-dark" icon={<MenuOutlined />}>
                {t(`place.${here.key}`)}
              </Button>
            </Dropdown>
            <span style={{ flex: 1 }} />
          </>
        )}
        {!looks(me) ? null : wide ? (
          <Find />
        ) : (
          <Button
            type="text"
            className="om-on-dark"
            aria-label={t("place.search")}
            icon={<SearchOutlined />}
            onClick={() => void go("/search")}
          />
        )}
        {wide ? <Live /> : null}
        <Segmented<Language>
          size="small"
          aria-label={t("language")}
          value={i18n.language as Language}
          options={[
            { value: "zh-CN", label: "中文" },
            { value: "en", label: "EN" },
          ]}
          onChange={speak}
        />
        <Tooltip title={t("keys.title")}>
          <Button
            type="text"
            className="om-on-dark"
            aria-label={t("keys.title")}
            icon={<QuestionCircleOutlined />}
            onClick={() => setHelp(true)}
          />
        </Tooltip>
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [
              { key: "who", disabled: true, label: person },
              { key: "roles", disabled: true, label: me?.roles.map((role) => t(`role.${role}`)).join("、") ?? "" },
              { type: "divider" },
              { key: "mine", icon: <UserOutlined />, label: t("place.mine"), onClick: () => void go("/mine") },
              { key: "out", icon: <LogoutOutlined />, label: t("signOut"), onClick: signOut },
            ],
          }}
        >
          <Button type="text" className="om-on-dark" icon={wide ? undefined : <UserOutlined />} aria-label={person} title={person}>
            {wide ? person : null}
          </Button>
        </Dropdown>
      </Layout.Header>
      {session.headers.authorization ? (
        <div className="om-dev" role="note">
          {t("devBanner")}
        </div>
      ) : null}
      <Layout.Content id="content" className="om-content" tabIndex={-1}>
        {children}
      </Layout.Content>
      <Modal open={help} onCancel={() => setHelp(false)} footer={null} title={t("keys.title")}>
        <dl className="om-keys">
          {KEYS.map(({ keys, what }) => (
            <div key={what}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{t(`keys.${what}`)}</dd>
            </div>
          ))}
        </dl>
      </Modal>
    </Layout>
  );
}

function Live() {
  const { t } = useTranslation();
  const state = useLive();
  return (
    <span aria-live="polite">
      <span className={`om-live is-${state}`}>{t(`live.${state}`)}</span>
    </span>
  );
}
