// deno-lint-ignore no-explicit-any
type Value = any;

/** Every place where two trees differ, as `path: before → after`. Pure. */
export function differences(before: Value, after: Value, path = ""): string[] {
  if (Object.is(before, after)) return [];
  if (!isTree(before) || !isTree(after) || Array.isArray(before) !== Array.isArray(after)) {
    return [`${path || "/"}: ${show(before)} → ${show(after)}`];
  }
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...keys].flatMap((key) => differences(before[key], after[key], path ? `${path} / ${key}` : key));
}

const isTree = (value: Value) => typeof value === "object" && value !== null;

function show(value: Value): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value);
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}
