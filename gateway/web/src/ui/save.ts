// Giving a file to the person at the screen.
export function saveLines(name: string, values: readonly unknown[]): void {
  const lines = values.map((value) => `${JSON.stringify(value)}\n`).join("");
  save(name, new Blob([lines], { type: "application/x-ndjson" }));
}

export function save(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}
