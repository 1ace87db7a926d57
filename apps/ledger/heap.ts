import { setFlagsFromString } from 'node:v8';

/*
 * Import first, after the guard. V8 notices that some objects of a command live long (its event, its facts) and begins to allocate the like of them
 * among the old ones at once. What they point to, the finished request with all its promises, is then kept until a full collection:
 * 60 MB for 10,000 commands, pauses of 15 to 30 ms to move them, and half the throughput. Without the guess they die young.
 */
setFlagsFromString('--no-allocation-site-pretenuring');

/*
 * A full collection when the old objects have doubled. Left to itself V8 sees that they grow slowly and collects after a tenth more, every ten to twenty seconds
 * at half a service's load: a third of a second each time to mark all facts that commands are decided on, in which they wait up to 300 ms, to free next to nothing.
 */
setFlagsFromString('--heap-growing-percent=100');
