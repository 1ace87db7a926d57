/** Lets so many through at once; the others wait in order. */
export class Turns {
  private taken = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly atOnce: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.taken >= this.atOnce) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.taken++;
    try {
      return await work();
    } finally {
      // Whoever waits longest takes over the place; nobody else can get in between.
      const next = this.waiting.shift();
      if (next) next();
      else this.taken--;
    }
  }
}
