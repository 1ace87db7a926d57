/**
 * A list that grows at its end. Its versions share one array, so that adding costs the same however long it is, and an earlier
 * version still ends where it ended.
 */
export class GrowingList<T> implements Iterable<T> {
  private constructor(
    private readonly shared: T[],
    readonly length: number,
  ) {}

  static of<T>(...items: readonly T[]): GrowingList<T> {
    return new GrowingList([...items], items.length);
  }

  add(item: T): GrowingList<T> {
    // Another version grew from this one already: what it added is not ours.
    const items = this.shared.length === this.length ? this.shared : this.shared.slice(0, this.length);
    items.push(item);
    return new GrowingList(items, this.length + 1);
  }

  map<U>(change: (item: T) => U): GrowingList<U> {
    return new GrowingList(this.toArray().map(change), this.length);
  }

  at(index: number): T | undefined {
    return index < this.length ? this.shared[index] : undefined;
  }

  find(matches: (item: T) => boolean): T | undefined {
    for (let index = 0; index < this.length; index++) if (matches(this.shared[index] as T)) return this.shared[index];
    return undefined;
  }

  toArray(): T[] {
    return this.shared.slice(0, this.length);
  }

  *[Symbol.iterator](): Generator<T> {
    for (let index = 0; index < this.length; index++) yield this.shared[index] as T;
  }
}
