import { Presets, SingleBar } from 'cli-progress';
import type { Output } from './output.js';

export interface Progress {
  update(done: number, total: number, words: string): void;
  stop(): void;
}

const NONE: Progress = { update: () => undefined, stop: () => undefined };

/** A bar on a terminal, nothing anywhere else. */
export function progress(out: Output, title: string): Progress {
  if (!out.live) return NONE;
  const bar = new SingleBar(
    { format: `${title} {bar} {percentage}% {words}`, hideCursor: true, clearOnComplete: true, stopOnComplete: false, stream: process.stderr },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update: (done, total, words) => {
      if (started) bar.setTotal(total);
      else bar.start(total, 0, { words });
      started = true;
      bar.update(done, { words });
    },
    stop: () => {
      if (started) bar.stop();
    },
  };
}
