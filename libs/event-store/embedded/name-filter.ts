/** Words of 32 bits that hold about one name each: with three bits a name, one in 400 that is not there seems to be, which costs a hundred times a "no". */
const NAMES_PER_WORD = 1;
const WORDS_MIN = 1 << 15;
/** 16 MiB. With more names than it is meant for it says "perhaps" more often, and no more than that. */
const WORDS_MAX = 1 << 22;

/** What passes from one thread to another. */
export interface NameFilterParts {
  readonly words: Uint32Array<ArrayBuffer>;
  readonly names: number;
}

/** A Bloom filter over the hashes of stream names, each within one word, so that a question costs one look at the memory. */
export class NameFilter {
  private constructor(
    private readonly words: Uint32Array<ArrayBuffer>,
    private names = 0,
  ) {}

  /** With room for twice as many names, since there will be more. */
  static for(names: number): NameFilter {
    let words = WORDS_MIN;
    while (words < WORDS_MAX && words * NAMES_PER_WORD < 2 * names) words *= 2;
    return new NameFilter(new Uint32Array(words));
  }

  /** One that another thread made. */
  static of({ words, names }: NameFilterParts): NameFilter {
    return new NameFilter(words, names);
  }

  get parts(): NameFilterParts {
    return { words: this.words, names: this.names };
  }

  /** A larger one would serve better. */
  get isFull(): boolean {
    return this.words.length < WORDS_MAX && this.names > this.words.length * NAMES_PER_WORD;
  }

  add(hash: number): void {
    const mixed = mix(hash);
    const at = mixed & (this.words.length - 1);
    this.words[at] = (this.words[at] as number) | bitsOf(hash, mixed);
    this.names++;
  }

  /** False: it was never added. True: perhaps it was. */
  mayHold(hash: number): boolean {
    const mixed = mix(hash);
    const bits = bitsOf(hash, mixed);
    return ((this.words[mixed & (this.words.length - 1)] as number) & bits) === bits;
  }
}

/** The finalizer of MurmurHash3 over the lower half; the upper one is mixed in, since few bits of either differ between like names. */
function mix(hash: number): number {
  let mixed = (hash >>> 0) ^ Math.imul(hash / 0x100000000, 0x9e3779b1);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

/** Three of a word's bits. Of other bits than those that choose the word, which all names in it have in common. */
function bitsOf(hash: number, mixed: number): number {
  const other = Math.imul(mixed ^ (hash / 0x100000000), 0x27d4eb2f);
  return (1 << (other >>> 27)) | (1 << ((other >>> 22) & 31)) | (1 << ((other >>> 17) & 31));
}
