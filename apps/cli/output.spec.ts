import { expect, it } from 'vitest';
import { refused } from './cli-error.js';
import { Output } from './output.js';

function said(env: Record<string, string>, work: (out: Output) => void): string {
  let text = '';
  const sink = { write: (piece: string) => (text += piece) };
  work(new Output({ stdout: sink, stderr: sink, env }, false));
  return text;
}

it('suggests commands as they work where it was called', () => {
  const next = (out: Output): void => out.next('tenor delivery list', 'TENOR_KEY=k tenor key list');
  expect(said({}, next)).toBe('Next: tenor delivery list\n      TENOR_KEY=k tenor key list\n');
  const error = (out: Output): void => out.error('X-1', 'No key of tenor. `tenor key create` makes one. [X-1]');
  expect(said({ npm_lifecycle_event: 'tenor' }, error)).toBe('No key of tenor. `npm run -s tenor -- key create` makes one. [X-1]\n');
  expect(said({ npm_lifecycle_event: 'tenor' }, (out) => out.next('tenor delivery list'))).toBe('Next: npm run -s tenor -- delivery list\n');
});

it('says once that nothing was done', () => {
  expect(refused({ code: 'A', row: 2 } as { code: string }, { A: 'Never quarantined. Nothing was done.' }).message).toBe(
    'Refused (row 2). Never quarantined. Nothing was done. [A]',
  );
  expect(refused({ code: 'REVISION_CONFLICT' }, {}).message).toMatch(/^Refused\. .* Nothing was recorded\. .* \[REVISION_CONFLICT\]$/);
});
