import 'reflect-metadata';
import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { expect, it } from 'vitest';
import { formatInstant, parseInstant } from '#kernel';

@Injectable()
class Part {
  readonly name = 'part';
}
@Injectable()
class Whole {
  constructor(readonly part: Part) {}
}

it('lets Nest inject by constructor types', async () => {
  const module = await Test.createTestingModule({ providers: [Part, Whole] }).compile();
  expect(module.get(Whole).part.name).toBe('part');
  expect(formatInstant(parseInstant('2025-01-01'))).toBe('2025-01-01T00:00:00Z');
});
