import { commitmentDecider, type MadeCommitment } from '#commitments/domain';
import { commitmentCodec } from '#commitments';
import { partyCodec } from '#contracts';
import { partyDecider, spellings } from '#contracts/domain';
import type { Entities } from '#read-store';
import { States } from '#read-store';
import { type BookEntry, drawingTerms } from '../domain/allocation/book.js';

const ALL = 1_000_000;

/** The commitments of an organization as known at a recorded position, ready to be drawn on. Voided ones are left out: their children are roots. */
export class BookReader {
  private readonly commitments: States<Parameters<typeof commitmentDecider.evolve>[0], Parameters<typeof commitmentDecider.evolve>[1]>;
  private readonly parties: States<Parameters<typeof partyDecider.evolve>[0], Parameters<typeof partyDecider.evolve>[1]>;

  constructor(private readonly entities: Entities) {
    this.commitments = new States(entities, commitmentDecider, commitmentCodec);
    this.parties = new States(entities, partyDecider, partyCodec);
  }

  at(organization: string, position: number): BookEntry[] {
    const names = new Map<string, readonly string[]>();
    return this.entities.list(organization, 'commitment', { limit: ALL, position }).flatMap((entity): BookEntry[] => {
      const { state } = this.commitments.at(entity, position);
      if (state.status !== 'made') return [];
      const { provider } = state;
      if (!names.has(provider)) names.set(provider, this.namesOf(organization, provider, position));
      return [{ commitment: state as MadeCommitment, number: entity.number, spellings: names.get(provider) as readonly string[] }];
    });
  }

  /** Changes with everything that an allocation depends on. */
  fingerprint(organization: string, position: number): string {
    const revisions = this.entities
      .list(organization, 'commitment', { limit: ALL, position })
      .map((entity) => this.entities.revisionAt(entity.seq, position));
    const parties = this.entities
      .list(organization, 'party', { limit: ALL, position })
      .map((entity) => this.entities.revisionAt(entity.seq, position));
    return `${revisions.join(',')}|${parties.join(',')}`;
  }

  /** Nothing that an allocation looks at changed between two positions: what was allocated at the first is right at the second. */
  drawsAlike(organization: string, from: number, to: number): boolean {
    const before = new Map(this.at(organization, from).map((entry) => [entry.number, entry]));
    const after = this.at(organization, to);
    return (
      before.size === after.length &&
      after.every((entry) => {
        const old = before.get(entry.number);
        return old !== undefined && (isSame(old, entry) || drawingTerms(old) === drawingTerms(entry));
      })
    );
  }

  private namesOf(organization: string, partyId: string, position: number): readonly string[] {
    const entity = this.entities.find(organization, 'party', partyId);
    const party = entity && this.parties.at(entity, position).state;
    return party?.status === 'registered' ? spellings(party) : [];
  }
}

/** Known by its revision: of many commitments few changed. */
const isSame = (a: BookEntry, b: BookEntry): boolean => a.commitment === b.commitment && a.spellings.join('\0') === b.spellings.join('\0');
