import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs';

/** The least that a durable log can be: lines appended to a file, all of one turn of the event loop with one write and one fdatasync. */
export class AppendFile {
  private readonly fd: number;
  private lines: string[] = [];
  private waiting: (() => void)[] = [];

  constructor(path: string) {
    this.fd = openSync(path, 'a');
  }

  append(line: string): Promise<void> {
    return new Promise((resolve) => {
      this.lines.push(line);
      if (this.waiting.push(resolve) === 1) setImmediate(this.flush);
    });
  }

  close(): void {
    closeSync(this.fd);
  }

  private readonly flush = (): void => {
    const [lines, waiting] = [this.lines, this.waiting];
    [this.lines, this.waiting] = [[], []];
    writeSync(this.fd, `${lines.join('\n')}\n`);
    fdatasyncSync(this.fd);
    for (const resolve of waiting) resolve();
  };
}
