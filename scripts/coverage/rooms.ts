/** Coverage by room: the first folder, in `lib` and `operator` the second one too. Pure. */
import Table from "cli-table3";

export interface Coverage {
  lines: Count;
  branches: Count;
  /** Files that no test loads, of all. */
  unloaded: Count;
}

interface Count {
  /** Run, or in the case of files: not loaded. */
  some: number;
  all: number;
}

const none = (): Coverage => ({
  lines: { some: 0, all: 0 },
  branches: { some: 0, all: 0 },
  unloaded: { some: 0, all: 0 },
});

/** Per file, its path being from `root`. Of LCOV's records: `SF` file, `LF`/`LH` lines found/hit, `BRF`/`BRH` branches. */
export function parseLcov(text: string, root: string): Map<string, Coverage> {
  const files = new Map<string, Coverage>();
  for (const record of text.split("end_of_record")) {
    const path = /^SF:(.*)$/m.exec(record)?.[1];
    if (!path) continue;
    const number = (name: string) => Number(new RegExp(`^${name}:(\\d+)$`, "m").exec(record)?.[1] ?? 0);
    files.set(path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path, {
      lines: { some: number("LH"), all: number("LF") },
      branches: { some: number("BRH"), all: number("BRF") },
      unloaded: { some: 0, all: 1 },
    });
  }
  return files;
}

export function roomOf(path: string): string {
  const folders = path.split("/").slice(0, -1);
  return folders.slice(0, folders[0] === "lib" || folders[0] === "operator" ? 2 : 1).join("/");
}

/** Sorted by name. `sources`: all files there are, without tests. */
export function byRoom(files: Map<string, Coverage>, sources: string[]): [string, Coverage][] {
  const rooms = new Map<string, Coverage>();
  for (const path of sources) {
    const room = roomOf(path), sum = rooms.get(room) ?? none();
    rooms.set(room, add(sum, files.get(path) ?? { ...none(), unloaded: { some: 1, all: 1 } }));
  }
  return [...rooms].sort(([a], [b]) => a < b ? -1 : 1);
}

function add(one: Coverage, other: Coverage): Coverage {
  const sum = (key: keyof Coverage): Count => ({
    some: one[key].some + other[key].some,
    all: one[key].all + other[key].all,
  });
  return { lines: sum("lines"), branches: sum("branches"), unloaded: sum("unloaded") };
}

/**
 * Of Go's profile: `file:from,to statements runs` in each line but the first. A place that several packages' tests load is
 * there several times. Its branches are not counted. `module`: its name, and its folder.
 */
export function goCoverage(profile: string, module: string, folder: string): [string, Coverage][] {
  const places = new Map<string, { room: string; statements: number; run: boolean }>();
  for (const line of profile.trim().split("\n").slice(1)) {
    const [place = "", statements, runs] = line.split(" ");
    const room = folder + place.slice(module.length, place.lastIndexOf("/"));
    const run = Number(runs) > 0 || places.get(place)?.run === true;
    places.set(place, { room, statements: Number(statements), run });
  }
  const rooms = new Map<string, Coverage>();
  for (const { room, statements, run } of places.values()) {
    const lines = { some: run ? statements : 0, all: statements };
    rooms.set(room, add(rooms.get(room) ?? none(), { ...none(), lines }));
  }
  return [...rooms].sort(([a], [b]) => a < b ? -1 : 1);
}

export function table(rooms: [string, Coverage][]): string {
  const percent = ({ some, all }: Count) => all ? `${Math.round(100 * some / all)} %` : "-";
  const bars = [
    "top",
    "top-mid",
    "top-left",
    "top-right",
    "bottom",
    "bottom-mid",
    "bottom-left",
    "bottom-right",
  ];
  const more = ["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"];
  const text = new Table({
    head: ["ROOM", "LINES", "BRANCHES", "LINES COUNTED", "FILES NOT LOADED"],
    chars: Object.fromEntries([...bars, ...more].map((name) => [name, name === "middle" ? "  " : ""])),
    style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    colAligns: ["left", "right", "right", "right", "right"],
  });
  const total = rooms.map(([, coverage]) => coverage).reduce(add, none());
  for (const [name, { lines, branches, unloaded }] of [...rooms, ["all", total] as const]) {
    const missing = unloaded.all ? `${unloaded.some} of ${unloaded.all}` : "-";
    text.push([name, percent(lines), percent(branches), `${lines.all}`, missing]);
  }
  return text.toString();
}
