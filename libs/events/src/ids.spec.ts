import { expect, it } from 'vitest';
import { deliveryIdOf, outputIdOf, turnIdOf } from './ids.ts';

it('derives the same ids in every version: they are on the bus', () => {
  expect([turnIdOf('http', 'hook', 'e1'), outputIdOf('echo', 'trn_x', 1), deliveryIdOf('s', 'o', '{}')])
    .toMatchInlineSnapshot(`
    [
      "trn_z-QZP567c7qjQimJQBffh7",
      "out_CdkWox3f_42QBmQpplg9go",
      "dlv_ATHE5945H7fOPkad805dko",
    ]
  `);
});

it('keeps the parts of an id apart', () => {
  expect(turnIdOf('http', 'a', 'b:c')).not.toBe(turnIdOf('http', 'a:b', 'c'));
  expect(deliveryIdOf('s', '1', 'x')).not.toBe(deliveryIdOf('s1', '', 'x'));
});
