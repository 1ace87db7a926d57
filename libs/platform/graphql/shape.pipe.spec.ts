import 'reflect-metadata';
import fc from 'fast-check';
import { plainToInstance, Type } from 'class-transformer';
import { ArrayMaxSize, IsIn, IsInt, IsNotEmpty, IsOptional, Matches, MaxLength, Min, ValidateNested, validateSync } from 'class-validator';
import { describe, expect, it } from 'vitest';
import { keepsShape } from './shape-plan.js';
import { ShapePipe } from './shape.pipe.js';

class Part {
  @IsOptional()
  @IsInt()
  @Min(1)
  count?: number | null;
  @IsNotEmpty()
  @MaxLength(5)
  name!: string;
}
class Base {
  @Matches(/^[a-z]+$/)
  key!: string;
}
class Input extends Base {
  @IsOptional()
  @ValidateNested()
  @Type(() => Part)
  part?: Part | null;
  @IsOptional()
  @ArrayMaxSize(2)
  @ValidateNested({ each: true })
  @Type(() => Part)
  parts?: Part[] | null;
  @IsIn(['a', 'b'], { each: true })
  kinds: string[] = [];
}

const part = fc.record(
  { count: fc.constantFrom(1, 0, 2.5, null, undefined), name: fc.constantFrom('', 'ok', 'exact', 'too long', '🂡🂢🂣🂤🂥', '🂡🂢🂣🂤🂥🂦', 7 as never) },
  { requiredKeys: [] },
);
const anything = fc.record(
  {
    key: fc.constantFrom('abc', 'A', '', undefined as never),
    part: fc.oneof(part, fc.constant(null)),
    parts: fc.array(part, { maxLength: 3 }),
    kinds: fc.array(fc.constantFrom('a', 'b', 'c')),
  },
  { requiredKeys: [] },
);

describe('the shape of an input', () => {
  it('is judged as class-validator judges it: what it lets pass, the library lets pass', () => {
    fc.assert(
      fc.property(anything, (value) => {
        const errors = validateSync(plainToInstance(Input, value), { forbidUnknownValues: false });
        if (keepsShape(Input, { kinds: [], ...value })) expect(errors).toEqual([]);
        else expect(() => new ShapePipe().transform({ kinds: [], ...value }, { type: 'custom', metatype: Input })).toThrow(/malformed/);
      }),
      { numRuns: 500 },
    );
  });

  it('names the field, its place and what was expected', () => {
    const bad = { key: 'abc', kinds: ['a'], parts: [{ name: 'ok' }, { name: 'too long' }] };
    expect(() => new ShapePipe().transform(bad, { type: 'custom', metatype: Input })).toThrow(/parts\.1\.name: .*5 characters/);
  });
});
