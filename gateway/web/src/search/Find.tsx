// The field in the header that searches the whole county.
import { Input } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate, useSearchParams } from "react-router";

/** As long as the server takes it. */
export const LONGEST = 64;

export function Find() {
  const { t } = useTranslation();
  const go = useNavigate();
  const [params] = useSearchParams();
  const asked = params.get("search") ?? "";
  const [text, setText] = useState(asked);
  useEffect(() => setText(asked), [asked]);
  return (
    <search className="om-find">
      <Input.Search
        type="search"
        size="small"
        allowClear
        maxLength={LONGEST}
        value={text}
        onChange={({ target }) => setText(target.value)}
        placeholder={t("search.placeholder")}
        aria-label={t("search.label")}
        onSearch={(value, _, info) => {
          const wanted = value.trim();
          if (wanted && info?.source !== "clear") void go(`/search?search=${encodeURIComponent(wanted)}`);
        }}
        onKeyDown={(event) => {
          if (event.key === "Escape") event.currentTarget.blur();
        }}
      />
    </search>
  );
}
