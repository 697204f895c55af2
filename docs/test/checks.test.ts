import { describe, expect, test } from 'vitest'
import { addChecks, countChecks } from './checks.ts'

describe('comments become checks', () => {
  test.for([
    ['f(1) // 2', ';assertValue(f(1), (2)); // 2'],
    ["await f()\n  .g() // 'x'", ";assertValue(await f()\n  .g(), ('x')); // 'x'"],
    ['f(1) // { a: [1] }', ';assertValue(f(1), ({ a: [1] })); // { a: [1] }'],
    ['f(1) // undefined', ';assertValue(f(1), (undefined)); // undefined'],
    ["const x = f()\n// 'y'", "const x = f();assertValue(x, ('y'));\n// 'y'"],
  ] as const)('%s', ([code, checked]) => {
    expect(addChecks(code)).toEqual({ code: checked, prints: undefined })
  })

  test('of the printed lines, in their order', () => {
    const code = "console.log(1) // 1\nif (x) {\n  y() // → two words\n}\nfor (;;) log() // 'three'"
    expect(addChecks(code)).toEqual({ code, prints: ['1', 'two words', 'three'] })
  })

  test.for(['f() // says why', 'f() // 3 of them', 'const { a } = b // 1st', 'f()\n\n// 1'])(
    'but not in %j',
    (code) => {
      expect(countChecks(code)).toBe(0)
    },
  )
})
