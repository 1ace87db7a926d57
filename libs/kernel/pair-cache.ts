/** What was worked out of two texts, so that they need not be put together to ask for it again. Begins anew when it is full. */
export class PairCache<Value> {
  private values = new Map<string, Map<string, Value>>();
  private size = 0;
  /** The first text that was asked for last, and its values: a caller asks again and again for its own. */
  private first: string | null = null;
  private own: Map<string, Value> | undefined;

  /** @param max how many values it holds, of all first texts together */
  constructor(private readonly max: number) {}

  get(first: string, second: string): Value | undefined {
    if (first !== this.first) [this.first, this.own] = [first, this.values.get(first)];
    return this.own?.get(second);
  }

  /** Of a pair that it does not hold. */
  add(first: string, second: string, value: Value): Value {
    if (++this.size > this.max) {
      // Replaced, not cleared: an emptied table keeps its successors (docs/decisions/threads-and-heap.md).
      this.values = new Map();
      this.size = 1;
    }
    let own = this.values.get(first);
    if (own === undefined) this.values.set(first, (own = new Map()));
    own.set(second, value);
    [this.first, this.own] = [first, own];
    return value;
  }
}
