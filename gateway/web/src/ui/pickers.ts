// What the pickers of days take for now, where they mark today and open: the clock in Beijing, wherever the browser is.
import dayjs, { type PluginFunc } from "dayjs";
import { beijing } from "./words";

// a picker asks a day for its `tz` where it has one. That of dayjs itself gives days of another clock than those read from
// text, and the two do not compare
const inBeijing: PluginFunc = (_, day) => {
  Object.assign(day.prototype, { tz: () => dayjs(beijing(new Date().toISOString())) });
};

dayjs.extend(inBeijing);
