// The last fence: a fault of the page itself is said, with a way on.
import { Button, Result } from "antd";
import { Component, type ReactNode } from "react";
import i18n from "i18next";

export class Broken extends Component<{ children: ReactNode }, { fault?: Error }> {
  override state: { fault?: Error } = {};

  static getDerivedStateFromError(fault: Error) {
    return { fault };
  }

  override render() {
    const { fault } = this.state;
    if (!fault) return this.props.children;
    return (
      <Result
        status="error"
        title={i18n.t("fault.page")}
        subTitle={fault.message}
        extra={
          <Button type="primary" onClick={() => location.reload()}>
            {i18n.t("fault.reload")}
          </Button>
        }
      />
    );
  }
}
