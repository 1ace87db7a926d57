import type { Json } from '#kernel';

export interface Io {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown; readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Data on stdout, words on stderr. With `--json` stdout carries one line of JSON a result, and stderr only errors. */
export class Output {
  private readonly styled: boolean;

  constructor(
    private readonly io: Io,
    readonly json: boolean,
  ) {
    this.styled = io.stderr.isTTY === true && (io.env['NO_COLOR'] ?? '') === '' && io.env['TERM'] !== 'dumb';
  }

  /** Somebody is watching. */
  get live(): boolean {
    return this.io.stderr.isTTY === true && !this.json;
  }

  result(data: Json, words: string): void {
    this.io.stdout.write(this.json ? `${JSON.stringify(data)}\n` : `${words}\n`);
  }

  /** Data as it is, whatever the mode. */
  raw(text: string): void {
    this.io.stdout.write(text);
  }

  say(words: string): void {
    if (!this.json) this.io.stderr.write(`${words}\n`);
  }

  next(...commands: string[]): void {
    this.say(this.style(2, `Next: ${commands.map((each) => this.asCalled(each)).join('\n      ')}`));
  }

  error(code: string, told: string): void {
    const message = this.asCalled(told);
    this.io.stderr.write(this.json ? `${JSON.stringify({ error: { code, message } })}\n` : `${this.style(31, message)}\n`);
  }

  /** Commands as they work where this one was called: in a clone nothing is on the path. */
  private asCalled(text: string): string {
    if (this.io.env['npm_lifecycle_event'] !== 'tenor') return text;
    return text.replace(/(^|[`:] ?)tenor (?=[a-z])/g, '$1npm run -s tenor -- ');
  }

  private style(code: number, text: string): string {
    return this.styled ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

/** Columns side by side, each as wide as its widest cell. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] as number))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
