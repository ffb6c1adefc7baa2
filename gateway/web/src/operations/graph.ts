// A template's permit graph in layers: each permit stands one column after the last of what it needs.
export interface PlanNode {
  code: string;
  name: string;
  stage: string;
  needs: string[];
}

export interface Placed extends PlanNode {
  column: number;
  row: number;
}

export function placed(nodes: readonly PlanNode[]): Placed[] {
  const byCode = new Map(nodes.map((node) => [node.code, node]));
  const column = new Map<string, number>();
  const depth = (code: string, seen: ReadonlySet<string>): number => {
    const known = column.get(code);
    if (known !== undefined) return known;
    // a cycle cannot be in a template; if it were, the picture would still end
    const needs = (byCode.get(code)?.needs ?? []).filter((need) => byCode.has(need) && !seen.has(need));
    const deepest = needs.reduce((most, need) => Math.max(most, depth(need, new Set([...seen, code])) + 1), 0);
    column.set(code, deepest);
    return deepest;
  };
  const used = new Map<number, number>();
  return nodes.map((node) => {
    const at = depth(node.code, new Set());
    const row = used.get(at) ?? 0;
    used.set(at, row + 1);
    return { ...node, column: at, row };
  });
}
